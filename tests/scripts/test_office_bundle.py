"""A bundle for machines without a network: what is damaged or does not belong into it is refused as a whole."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.scripts.office import CANNOT, OFFICE, PROJECT, REFUSED, run

OPEN = """
open_bundle bundle.tar
printf '%s\\n' "$SOURCE"
test -f "$SOURCE/pipeline/__init__.py"
"""


@pytest.fixture
def contents(tmp_path: Path) -> Path:
    """What a small bundle holds, with its digests."""
    folder = tmp_path / "contents"
    for name in ("project/pipeline/__init__.py", "wheels/one.whl", "debs/Packages"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name}\n")
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  ./{path.relative_to(folder)}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))
    return folder


def packed(contents: Path) -> None:
    subprocess.run(["tar", "-cf", contents.parent / "bundle.tar", "-C", contents, "."], check=True)


def test_a_whole_bundle_is_opened_and_removed_afterwards(contents: Path, tmp_path: Path) -> None:
    packed(contents)
    done = run(OPEN, tmp_path)
    assert done.returncode == 0, done.stderr
    opened = Path(done.stdout.splitlines()[-1])
    assert opened.name == "project"
    assert not opened.parent.exists()


def test_an_altered_file_is_refused(contents: Path, tmp_path: Path) -> None:
    (contents / "wheels/one.whl").write_text("other\n")
    packed(contents)
    done = run(OPEN, tmp_path)
    assert (done.returncode, "mã băm không khớp" in done.stderr) == (CANNOT, True)


def test_a_missing_file_is_refused(contents: Path, tmp_path: Path) -> None:
    (contents / "debs/Packages").unlink()
    packed(contents)
    assert run(OPEN, tmp_path).returncode == CANNOT


def test_a_file_that_no_digest_names_is_refused(contents: Path, tmp_path: Path) -> None:
    (contents / "wheels/two.whl").write_text("two\n")
    packed(contents)
    done = run(OPEN, tmp_path)
    assert (done.returncode, "wheels/two.whl" in done.stderr) == (REFUSED, True)


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bundle.tar").write_bytes(b"no archive")
    assert run(OPEN, tmp_path).returncode == CANNOT


def locked(path: Path) -> dict[str, frozenset[str]]:
    """The hashes of each package of a lock, by ``name==version``."""
    found: dict[str, set[str]] = {}
    name = ""
    for line in path.read_text().splitlines():
        if line and not line[0].isspace():
            name = line.split()[0]
        found.setdefault(name, set()).update(word for word in line.split() if word.startswith("--hash="))
    return {name: frozenset(hashes) for name, hashes in found.items()}


def test_an_office_gets_the_very_packages_that_are_tested() -> None:
    tested, office = locked(PROJECT / "requirements.lock"), locked(OFFICE / "requirements.lock")
    assert [
        name for name in office if not name.startswith("setuptools==") and tested.get(name) != office[name]
    ] == []
    assert all(office.values())
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    needed = {re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in declared}
    assert needed - {name.partition("==")[0] for name in office} == set()
    assert {"pytest", "mypy", "playwright"}.isdisjoint(name.partition("==")[0] for name in office)
