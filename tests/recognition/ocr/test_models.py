"""The cards of the models in a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.base.errors import SetupError
from pipeline.recognition.ocr.models import damaged_files, default_folder, read_card, read_cards

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


def test_a_card_that_gives_its_own_fingerprint_keeps_it_when_its_words_change(folder: Path) -> None:
    path = folder / "trial" / "model.toml"
    path.write_text(path.read_text(encoding="utf-8") + 'fingerprint = "trial-1"\n', encoding="utf-8")
    before = read_card("trial", folder).fingerprint
    path.write_text(path.read_text(encoding="utf-8") + 'limits = "few"\n', encoding="utf-8")
    assert read_card("trial", folder).fingerprint == before == "trial-1"


def test_the_shipped_calibration_is_for_the_shipped_readers() -> None:
    calibration = (default_folder() / "calibration" / "calibration.toml").read_text(encoding="utf-8")
    (reader,) = (line for line in calibration.splitlines() if line.startswith("reader ="))
    for name in ("hand-a", "hand-b", "vietnamese-text"):
        assert read_card(name).fingerprint in reader


@pytest.mark.parametrize(("name", "stages"), [("hand-a", 1), ("hand-b", 6)])
def test_the_stages_of_a_shipped_network_lead_from_one_to_the_next_and_are_in_the_documents(
    name: str, stages: int
) -> None:
    card = read_card(name)
    assert len(card.history) == stages
    assert card.training_data == " ".join(card.history[-1].data)
    assert all(stage.seed is not None and stage.minutes for stage in card.history)
    assert all(stage.from_sha256 for stage in card.history[1:])
    document = (default_folder().parent / "docs" / "reference" / "models.md").read_text(encoding="utf-8")
    for number, stage in enumerate(card.history, start=1):
        assert (
            f"| `{name}` | {number} | {stage.minutes:g} | {stage.seed} | `{stage.from_sha256[:16] or '–'}` |"
            in document
        )


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
