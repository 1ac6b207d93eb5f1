"""The bill of materials names what a lock holds, and the wheel is the same bytes twice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.scripts.office import CANNOT, OFFICE, PROJECT

SCRIPT = PROJECT / "scripts" / "bill_of_materials.py"


def write_wheel(folder: Path, name: str, version: str, *fields: str) -> None:
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *fields, ""]
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(lines))


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    write_wheel(folder, "first_one", "1.0", "License-Expression: MIT")
    write_wheel(folder, "second", "2.0", "Classifier: License :: OSI Approved :: BSD License")
    write_wheel(folder, "beyond", "3.0", "License: LGPL")
    return folder


def written(lock: str, wheels: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (wheels.parent / "lock").write_text(lock)
    command = [sys.executable, str(SCRIPT), str(wheels.parent / "lock"), "--wheels", str(wheels), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


LOCK = (
    "first-one==1.0 \\\n    --hash=sha256:00\nsecond==2.0 \\\n    --hash=sha256:00\n"
    "elsewhere==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
)


def test_a_bill_names_every_package_with_licence_and_digest(wheels: Path) -> None:
    done = written(LOCK, wheels)
    assert done.returncode == 0, done.stderr
    bill = json.loads(done.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    libraries = [part for part in bill["components"] if part["type"] == "library"]
    assert [(part["purl"], part["licenses"]) for part in libraries] == [
        ("pkg:pypi/beyond@3.0", [{"license": {"name": "LGPL"}}]),
        ("pkg:pypi/first-one@1.0", [{"expression": "MIT"}]),
        ("pkg:pypi/second@2.0", [{"license": {"name": "BSD License"}}]),
    ]
    assert all(len(part["hashes"][0]["content"]) == 64 for part in libraries)
    networks = [part["name"] for part in bill["components"] if part["type"] == "machine-learning-model"]
    assert {path.parent.name for path in PROJECT.glob("ocr_models/*/model.toml")} == set(networks)
    assert written(LOCK, wheels).stdout == done.stdout


def test_licences_are_listed(wheels: Path) -> None:
    assert "BSD License: second\n" in written(LOCK, wheels, "--licences").stdout


def test_a_missing_package_and_another_version_are_named(wheels: Path) -> None:
    done = written("first-one==1.1\nmissing==1.0\n", wheels)
    assert (done.returncode, done.stdout) == (CANNOT, "")
    assert "missing" in done.stderr
    assert "1.1" in done.stderr


def test_every_package_of_an_office_states_its_licence() -> None:
    command = [sys.executable, str(SCRIPT), str(OFFICE / "requirements.lock"), "--licences"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [line for line in listed.splitlines() if line.startswith("không nêu")] == []


def small_tree(folder: Path, names: list[str], umask: int) -> Path:
    """Write parts of the project, in the given order, with the modes that a umask gives."""
    before = os.umask(umask)
    try:
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / name, folder / name)
    finally:
        os.umask(before)
    (folder / "scripts" / "wheel.sh").chmod(0o755)
    return folder


def test_two_builds_of_a_tree_are_the_same_bytes(tmp_path: Path) -> None:
    parts = ("pipeline/base", "flows", "schemas/vocab", "scripts/office")
    names = [
        str(path.relative_to(PROJECT))
        for part in parts
        for path in (PROJECT / part).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    names += ["pipeline/__init__.py", "pyproject.toml", "README.md", "LICENSE", ".gitignore"]
    names += ["scripts/wheel.sh", "scripts/bill_of_materials.py"]
    names += [
        f"{folder}/{name}" for folder, name in (("docs", "index.md"), ("ocr_models", "hand-a/model.toml"))
    ]
    built = []
    for folder, order, umask in (("one", sorted(names), 0o022), ("other", sorted(names)[::-1], 0o077)):
        tree = small_tree(tmp_path / folder, order, umask)
        environment = {"PATH": os.environ["PATH"], "HOTICH_PYTHON": sys.executable}
        subprocess.run([tree / "scripts/wheel.sh", "made"], env=environment, check=True, capture_output=True)
        built.append({path.name: path.read_bytes() for path in (tree / "made").iterdir()})
        shutil.rmtree(tree)
    assert sorted(Path(name).suffix for name in built[0]) == [".json", ".whl"]
    assert built[0] == built[1]
