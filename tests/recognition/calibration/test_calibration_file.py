"""A calibration survives its file, and a file that was touched is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.errors import SetupError, StorageError
from pipeline.recognition import calibration
from pipeline.recognition.calibration import fit_calibration
from tests.recognition.calibration.drawn_samples import drawn

MADE = fit_calibration(drawn(1500, 1).samples, reader="hand-1")
TEXT = calibration.format_calibration(MADE)


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a" / calibration.FILE
    assert calibration.save(MADE, path) is None
    again = calibration.read(path)
    assert again == MADE
    assert again.fingerprint == MADE.fingerprint
    features = [sample.features for sample in drawn(300, 2).samples]
    assert again.chances_right(features) == MADE.chances_right(features)
    assert again.bound(critical=True, tolerated=0.02) == MADE.bound(critical=True, tolerated=0.02)


def test_an_earlier_file_is_never_lost(tmp_path: Path) -> None:
    path = tmp_path / calibration.FILE
    versions = [fit_calibration(drawn(400, seed).samples) for seed in range(4)]
    kept = [calibration.save(version, path) for version in versions]
    assert kept[0] is None
    assert [old.name for old in kept[1:] if old] == [f"calibration.00{number}.toml" for number in (1, 2, 3)]
    assert [calibration.read(old) for old in kept[1:] if old] == versions[:3]
    assert calibration.read(path) == versions[3]
    assert len(list(tmp_path.iterdir())) == 4


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / calibration.FILE
    calibration.save(MADE, path)
    blocked = tmp_path / calibration.FILE / "below" / calibration.FILE
    with pytest.raises(StorageError, match="Không ghi được"):
        calibration.save(MADE, blocked)
    assert calibration.read(path) == MADE
    assert len(list(tmp_path.iterdir())) == 1


def refusal(text: str, path: Path) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SetupError) as caught:
        calibration.read(path)
    return caught.value.message


@pytest.mark.parametrize(
    ("found", "put"),
    [
        (r"(?m)^wrong = \[\d+", "wrong = [0, 0"),
        (r"(?m)^thresholds = \[0\.", "thresholds = [0.1"),
        (r'(?m)^reader = "hand-1"', 'reader = "hand-2"'),
        (r"(?m)^seal = .*\n", ""),
        (r"(?m)^bend = \[", "bend = [1"),
        (r"(?m)^version = 3", "version = 2"),
        (r"(?m)^books = \d+", "books = -1"),
        (r'(?m)^features = \["chance"', 'features = ["luck"'),
        (r"(?m)^mean = \[", "mean = [nan, "),
        (r"(?m)^samples = \d+", "samples = 'many'"),
    ],
)
def test_a_file_that_was_changed_is_refused_with_advice(found: str, put: str, tmp_path: Path) -> None:
    changed, times = re.subn(found, put, TEXT, count=1)
    assert times == 1
    assert "hotich calibrate" in refusal(changed, tmp_path / calibration.FILE)


@pytest.mark.parametrize(("found", "put"), [("^version = 3", "version = 2"), (r'"beside", ', "")])
def test_a_file_of_another_version_is_called_one(found: str, put: str, tmp_path: Path) -> None:
    """Whatever else of it is of another shape."""
    older = re.sub(r"(?m)^weights = \[[^,]+, ", "weights = [", re.sub(found, put, TEXT, flags=re.MULTILINE))
    assert "phiên bản khác" in refusal(older, tmp_path / calibration.FILE)


@given(st.integers(0, len(TEXT) - 1))
def test_a_file_cut_off_anywhere_is_refused(length: int) -> None:
    """Every cut loses a number, or the last line end, which no number stands in."""
    with pytest.raises(SetupError):
        calibration.parse_calibration(TEXT[:length].rstrip("\n")[:-1], Path("x"))


def test_a_sealed_file_with_impossible_numbers_is_refused(tmp_path: Path) -> None:
    for found, put in (
        (r"(?m)^accepted = \[", "accepted = [0, "),
        (r"(?m)^spread = \[[\d.]+", "spread = [0.0"),
    ):
        assert "hotich calibrate" in refusal(re.sub(found, put, TEXT, count=1), tmp_path / "x.toml")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="không mở được"):
        calibration.read(tmp_path / "none.toml")
