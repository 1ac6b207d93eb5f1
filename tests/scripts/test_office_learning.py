"""An office that wants the machine to learn gets torch by one option; no other office does."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.scripts.office import run

PYTHON = """#!/bin/sh
printf '%s\\n' "$*" >>"$CALLS"
case "$*" in
    -c*) test -f "$CALLS.installed" ;;
    -\\ *) exec python3 "$@" ;;
    *--dry-run*)
        while [ "$1" != --report ]; do shift; done
        printf '{"name": "%s"}' "$BRINGS" >"$2" ;;
    *install*) : >"$CALLS.installed" ;;
esac
"""
"""Stands for the Python of a version: pip brings what the test says, and notes what it is asked."""

PUT = """
export CALLS="$PWD/calls" BRINGS="{brings}"
[ -z "{wanted}" ] || : >"$LEARNING"
free_megabytes() {{ echo {free}; }}
BUNDLE_FOLDER="{bundle}"
put_learning "$PWD/version"
"""


@pytest.fixture
def version(tmp_path: Path) -> Path:
    folder = tmp_path / "version"
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    (folder / "pyproject.toml").write_text(
        "[project.optional-dependencies]\ntrain = ['torch>=2.6', 'onnx>=1.16']\n"
    )
    lock = folder / "scripts" / "office" / "requirements.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text(
        "numpy==2.1 ; python_full_version < '3.12' \\\n    --hash=sha256:00\n"
        "numpy==2.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:01\n"
        "six==1.17 \\\n    --hash=sha256:02 \\\n    --hash=sha256:03\n"
    )
    return folder


def put(
    folder: Path, *, wanted: bool = True, brings: str = "torch", bundle: str = "", free: int = 9000
) -> tuple[int, str, str]:
    """The exit code, what was warned of, and what the Python of the version was asked."""
    done = run(PUT.format(wanted="1" if wanted else "", brings=brings, bundle=bundle, free=free), folder)
    calls = folder / "calls"
    return done.returncode, done.stderr, calls.read_text() if calls.exists() else ""


@pytest.mark.usefixtures("version")
def test_who_does_not_want_it_gets_nothing(tmp_path: Path) -> None:
    assert put(tmp_path, wanted=False) == (0, "", "")


def test_who_wants_it_gets_it_once_in_the_locked_versions(version: Path, tmp_path: Path) -> None:
    code, warned, asked = put(tmp_path)
    assert (code, warned) == (0, "")
    install = asked.splitlines()[-2]
    assert install.endswith("torch>=2.6 onnx>=1.16")
    assert "--no-index" not in install
    assert (version / ".venv" / "locked-versions").read_text().splitlines() == [
        "numpy==2.1 ; python_full_version < '3.12'",
        "numpy==2.5 ; python_full_version >= '3.12'",
        "six==1.17",
    ]
    again = put(tmp_path)[2].removeprefix(asked)
    assert "pip" not in again


@pytest.mark.parametrize("python", ["3.11.7", "3.12.1", "3.13.5"])
def test_no_python_is_asked_for_two_versions_of_a_package(tmp_path: Path, python: str) -> None:
    lock = Path(__file__).parents[2] / "scripts" / "office" / "requirements.lock"
    done = run(f"locked_versions {lock}", tmp_path)
    wanted = [Requirement(line) for line in done.stdout.splitlines()]
    here = {"python_full_version": python, "python_version": python.rpartition(".")[0]}
    names = [one.name for one in wanted if one.marker is None or one.marker.evaluate(here)]
    assert len(names) == len(set(names)) > 100


@pytest.mark.usefixtures("version")
def test_the_build_for_graphics_cards_is_refused_before_it_is_fetched(tmp_path: Path) -> None:
    code, warned, asked = put(tmp_path, brings="nvidia-cublas-cu12")
    assert (code, "card đồ họa" in warned) == (1, True)
    assert [line for line in asked.splitlines() if "install" in line and "--dry-run" not in line] == []


@pytest.mark.usefixtures("version")
def test_without_room_nothing_is_fetched(tmp_path: Path) -> None:
    code, warned, asked = put(tmp_path, free=900)
    assert (code, "chỉ còn 900 MB" in warned, "pip" in asked) == (1, True, False)


@pytest.mark.usefixtures("version")
def test_without_a_network_it_comes_from_the_bundle_alone(tmp_path: Path) -> None:
    wheels = tmp_path / "bundle" / "wheels"
    wheels.mkdir(parents=True)
    code, warned, asked = put(tmp_path, bundle=str(tmp_path / "bundle"))
    assert (code, "không có phần học" in warned, "pip" in asked) == (1, True, False)
    (wheels / "torch-2.9-cp313.whl").touch()
    code, warned, asked = put(tmp_path, bundle=str(tmp_path / "bundle"))
    assert (code, warned) == (0, "")
    assert all("--no-index --find-links" in line for line in asked.splitlines() if "pip" in line)
