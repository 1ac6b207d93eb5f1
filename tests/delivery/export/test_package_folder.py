"""What is broken off looks like nothing that is finished, and nothing is overwritten."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.base.errors import PackageRefused
from pipeline.delivery.export.package_folder import UNFINISHED, whole_folder


def test_a_folder_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "out" / "a") as work:
        (work / "file").write_text("x")
        assert not (tmp_path / "out" / "a").exists()
    assert [path.name for path in (tmp_path / "out" / "a").iterdir()] == ["file"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a"]


def test_an_export_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def stopped() -> None:
        with whole_folder(tmp_path / "a") as work:
            (work / "file").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert not list(tmp_path.iterdir())


def test_an_existing_package_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(PackageRefused, match="-o"), whole_folder(tmp_path / "a"):
        pass


def test_the_next_export_removes_what_a_killed_process_left(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from pipeline.delivery.export.package_folder import whole_folder\n"
        "with whole_folder(Path(sys.argv[1])) as work:\n (work / 'f').write_text('x'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], check=False)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(UNFINISHED)
    with whole_folder(tmp_path / "a"):
        assert not left.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_another_machine_is_writing_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.node", lambda: "may-khac")
    with whole_folder(tmp_path / "b") as elsewhere:
        gone = elsewhere.with_name(elsewhere.name.replace(f"-{os.getpid()}-", "-999999999-"))
        gone.mkdir()
        monkeypatch.setattr("platform.node", lambda: "may-nay")
        with whole_folder(tmp_path / "a"):
            assert gone.exists()
