"""The cards of the models in a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.errors import SetupError
from pipeline.ocr.models import damaged_files, read_card, read_cards

CARD = """
name = "trial"
engine = "line-shape"
reads = ["print"]
files = [["weights.bin", "{digest}"]]
licence = "Apache-2.0"
training_data = "none"
measured = "nothing"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one model that has one file of weights."""
    home = tmp_path / "trial"
    home.mkdir()
    (home / "weights.bin").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    (home / "model.toml").write_text(CARD.format(digest=digest), encoding="utf-8")
    return tmp_path


def test_every_installed_model_has_a_card_that_loads_and_names_its_licence() -> None:
    installed = read_cards()
    assert {"tesseract-vie", "print-or-hand"} <= {found.name for found in installed}
    assert all(found.licence and found.measured and found.fingerprint for found in installed)
    assert all(not damaged_files(found) for found in installed)


def test_a_card_changed_has_another_fingerprint(folder: Path) -> None:
    before = read_card("trial", folder).fingerprint
    path = folder / "trial" / "model.toml"
    path.write_text(path.read_text(encoding="utf-8") + 'limits = "few"\n', encoding="utf-8")
    assert read_card("trial", folder).fingerprint != before


def test_damaged_and_missing_weights_are_named(folder: Path) -> None:
    found = read_card("trial", folder)
    assert damaged_files(found, folder) == ()
    (folder / "trial" / "weights.bin").write_bytes(b"weight5")
    assert damaged_files(found, folder) == ("weights.bin",)
    (folder / "trial" / "weights.bin").unlink()
    assert damaged_files(found, folder) == ("weights.bin",)


def test_a_model_that_is_not_there_says_how_to_get_it(folder: Path) -> None:
    with pytest.raises(SetupError, match=r"“other”.*make setup"):
        read_card("other", folder)


@pytest.mark.parametrize("text", ["name = ", 'name = "trial"', CARD + 'colour = "red"', "\udcff"])
def test_a_card_that_is_wrong_names_its_file(folder: Path, text: str) -> None:
    (folder / "trial" / "model.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SetupError, match=r"model\.toml"):
        read_cards(folder)
