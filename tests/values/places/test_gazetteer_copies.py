"""The tables are read once in a process, and a worker that has them takes no copy of its own."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pipeline.declarations.schema import default_folder
from pipeline.values.places import Gazetteer, read_gazetteer
from pipeline.values.places import gazetteer as gazetteer_module
from tests.values.places.units import gazetteer

FOLDER = default_folder() / "places"


def copied(of: Gazetteer) -> Gazetteer:
    copy = pickle.loads(pickle.dumps(of))  # noqa: S301
    assert isinstance(copy, Gazetteer)
    return copy


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known here is not known any more, as in another process."""
    monkeypatch.setattr(gazetteer_module, "_known", {})


def test_tables_with_the_same_content_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "copied").mkdir()
    for table in FOLDER.iterdir():
        (tmp_path / "copied" / table.name).write_bytes(table.read_bytes())
    assert read_gazetteer(tmp_path / "copied") is read_gazetteer(FOLDER)


def test_a_file_that_changed_is_read_anew(tmp_path: Path) -> None:
    office = tmp_path / "places.toml"
    codes = []
    for name in ("Phú Lâm", "Phú Hưng"):
        office.write_text(f'[[alias]]\ncode = "934"\nname = "{name}"\n', encoding="utf-8")
        read = read_gazetteer(FOLDER, office)
        codes.append([unit.code for unit in read.versions("2004:934") if name in unit.names])
    assert all(codes)


def test_a_process_that_has_the_tables_takes_them_for_the_copy() -> None:
    assert copied(gazetteer()) is gazetteer()


@pytest.mark.usefixtures("elsewhere")
def test_a_process_without_the_tables_gets_them_whole() -> None:
    copy = copied(gazetteer())
    assert copy is not gazetteer()
    assert (copy.units, copy.successors) == (gazetteer().units, gazetteer().successors)
    assert copied(copy) is copy


@pytest.mark.usefixtures("elsewhere")
def test_only_the_last_few_gazetteers_are_remembered() -> None:
    last = [gazetteer_module.remember(Gazetteer((), {}, f"{number}")) for number in range(6)][-1]
    assert gazetteer_module.known_gazetteer("0") is None
    assert gazetteer_module.known_gazetteer("5") is last
