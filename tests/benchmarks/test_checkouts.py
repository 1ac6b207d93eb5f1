"""A checkout of another revision holds that revision's files, beside this one's, and is gone afterwards."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks.checkouts import checkout_of, commit_of, last_release


def git(*arguments: str) -> None:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    for text in ("before", "after"):
        (tmp_path / "file").write_text(text, encoding="utf-8")
        git("add", "file")
        git("commit", "-q", "-m", text)
    return tmp_path


def test_a_checkout_has_the_files_of_its_commit(repository: Path) -> None:
    with checkout_of(commit_of("HEAD~1")) as folder:
        assert (folder / "file").read_text(encoding="utf-8") == "before"
        assert (repository / "file").read_text(encoding="utf-8") == "after"
    assert not folder.exists()
    listed = subprocess.run(["git", "worktree", "list"], check=True, capture_output=True, text=True).stdout
    assert len(listed.splitlines()) == 1


def test_a_checkout_is_removed_after_an_error_too(repository: Path) -> None:
    made = []

    def reads() -> None:
        with checkout_of(commit_of("HEAD")) as folder:
            made.append(folder / "made")
            made[0].write_text("by the reader", encoding="utf-8")
            raise RuntimeError("reading failed")

    with pytest.raises(RuntimeError, match="reading failed"):
        reads()
    assert not made[0].exists()


def test_an_unknown_revision_is_named(repository: Path) -> None:
    with pytest.raises(SystemExit, match="nowhere"):
        commit_of("nowhere")


def test_the_last_release_is_the_last_tag_of_a_version_before_this_revision(repository: Path) -> None:
    assert last_release() is None
    git("tag", "trial", "HEAD~1")
    assert last_release() is None
    git("tag", "v0.1.0", "HEAD~1")
    git("tag", "v0.2.0", "HEAD")
    assert last_release() == "v0.1.0"
