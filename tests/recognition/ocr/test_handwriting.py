"""The reader of handwriting, with networks that see bars instead of letters."""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.base.errors import SetupError
from pipeline.base.model import Crop, Pixels
from pipeline.recognition.decoding import Emission, Prior
from pipeline.recognition.ocr import Engines
from pipeline.recognition.ocr.handwriting import BATCH_COLUMNS, PADDING, HandwritingReader, LanguageData
from pipeline.recognition.ocr.line_image import HEIGHT, STRIDE, WIDEST
from pipeline.recognition.ocr.models import ModelCard, OnnxNetwork, load_network
from tests.fake_pages import FakeReader

LETTERS = " 1237"


@dataclass(frozen=True)
class Bars:
    """A network that reads a 1 in every bar of ink and is ``unsure`` by that much whether it is a 7."""

    unsure: float = 0.0
    letters: str = LETTERS
    fingerprint: str = "bars-1"
    asked: list[tuple[int, ...]] = field(default_factory=list, compare=False)

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        self.asked.append(lines.shape)
        inked = lines[:, 0].sum(axis=1).reshape(len(lines), -1, STRIDE).sum(axis=2) > 0.2 * HEIGHT
        chances = np.full((*inked.shape, 1 + len(LETTERS)), 1e-6)
        chances[~inked, 0] = 1.0
        chances[inked, 1 + LETTERS.index("1")] = 1.0 - self.unsure
        chances[inked, 1 + LETTERS.index("7")] = self.unsure + 1e-6
        return np.asarray(np.log(chances / chances.sum(axis=2, keepdims=True)), np.float32)


def bars(count: int, gap: int = 30, kind: str = "number") -> Crop:
    """A line with that many upright bars."""
    pixels = np.full((60, 40 + count * gap), 255, np.uint8)
    for number in range(count):
        left = 20 + number * gap
        pixels[10:50, left : left + 4] = 30
    return Crop(pixels, 300.0, kind)


def blank(width: int = 200, height: int = 60) -> Crop:
    return Crop(np.full((height, width), 255, np.uint8), 300.0, "number")


def texts(reader: HandwritingReader, crops: Sequence[Crop]) -> list[str]:
    return [reading.text for reading in reader.read(crops)]


def test_the_evidence_holds_how_dark_the_ink_is() -> None:
    dark = bars(3)
    faint = replace(dark, pixels=np.asarray(255 - (255 - dark.pixels.astype(int)) // 3, np.uint8))
    reader = HandwritingReader((Bars(),))
    inks = [reading.evidence.ink for reading in reader.read([dark, faint]) if reading.evidence]
    assert inks == pytest.approx([225 / 255, 75 / 255], abs=0.03)


def test_readings_come_in_the_order_of_their_crops_whatever_their_width() -> None:
    counts = [7, 1, 12, 3, 3, 20, 2, 9]
    assert texts(HandwritingReader((Bars(),)), [bars(count) for count in counts]) == ["1" * n for n in counts]
    assert HandwritingReader((Bars(),)).read([]) == ()


class SevenBehindOne(Prior):
    """Knows that a 7 follows a 1."""

    def word(self, before: tuple[str, ...], word: str) -> float:
        return 0.0 if (word == "7") == (before[-1:] == ("1",)) else -3.0


class ReaderBehind(HandwritingReader):
    def prior(self, *field: object) -> Prior:
        return SevenBehindOne()


def test_a_line_that_follows_is_weighed_behind_the_words_before_it() -> None:
    reader = ReaderBehind((Bars(0.45),))
    line, more = bars(1), replace(bars(1), follows=True)
    assert texts(reader, [line, line]) == ["1", "1"]
    assert texts(reader, [line, more]) == ["1", "7"]
    assert texts(reader, [blank(), more]) == ["", "1"]
    assert texts(reader, [more]) == ["1"]


class OneBehindSeven(Prior):
    """Knows that a 1 follows a 7."""

    def word(self, before: tuple[str, ...], word: str) -> float:
        return -3.0 if before and (before[-1], word) != ("7", "1") else 0.0


class ReaderAhead(HandwritingReader):
    def prior(self, *field: object) -> Prior:
        return OneBehindSeven()


def test_a_line_is_weighed_before_the_words_that_follow_it_unless_its_ink_is_clear() -> None:
    line, more = bars(1), replace(bars(1), follows=True)
    unsure, sure = ReaderAhead((Bars(0.3),)), ReaderAhead((Bars(1e-4),))
    assert texts(unsure, [line, line]) == ["1", "1"]
    assert texts(unsure, [line, more]) == ["7", "1"]
    assert texts(unsure, [line, more, line, more]) == ["7", "1", "7", "1"]
    assert texts(sure, [line, more]) == ["1", "1"]
    assert texts(unsure, [line, replace(blank(), follows=True)]) == ["1", ""]


def test_a_crop_without_ink_has_no_text_and_shifts_no_other() -> None:
    pixel = Crop(np.zeros((1, 1), np.uint8), 300.0, "number")
    readings = HandwritingReader((Bars(),)).read([blank(), bars(2), pixel, blank(3, 3), bars(3), blank()])
    assert [reading.text for reading in readings] == ["", "11", "", "", "111", ""]
    for reading in (readings[0], readings[2], readings[5]):
        assert (reading.confidence, reading.hypotheses, reading.evidence) == (0.0, (), None)


def test_a_line_however_long_is_read_without_an_error() -> None:
    (reading,) = HandwritingReader((Bars(),)).read([bars(400)])
    assert set(reading.text) == {"1"}
    network = Bars()
    HandwritingReader((network,)).read([bars(400), bars(2)])
    assert max(shape[3] for shape in network.asked) <= WIDEST


def test_batches_hold_lines_of_about_one_width_and_are_bounded() -> None:
    network = Bars()
    HandwritingReader((network,)).read([bars(1 + number % 25) for number in range(60)])
    assert sum(shape[0] for shape in network.asked) == 60
    for lines, _, height, width in network.asked:
        assert height == HEIGHT
        assert width % STRIDE == 0
        assert lines * (width - STRIDE) <= BATCH_COLUMNS
    assert len(network.asked) < 40
    assert PADDING < 1.5


def test_other_lines_of_a_batch_are_not_read_into_a_line() -> None:
    crops = [bars(count) for count in (10, 11)]
    together = HandwritingReader((Bars(),)).emissions([crop.pixels for crop in crops])
    for crop, (seen,) in zip(crops, together, strict=True):
        ((alone,),) = HandwritingReader((Bars(),)).emissions([crop.pixels])
        assert seen.log_chances == pytest.approx(alone.log_chances, abs=1e-6)


@dataclass(frozen=True)
class Wide:
    """A network that looks at the whole picture, paper behind the line included, as recurrent ones do."""

    letters: str = LETTERS
    fingerprint: str = "wide-1"

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        chances = np.ones((len(lines), lines.shape[3] // STRIDE, 1 + len(LETTERS)))
        chances += 9.0 * lines.mean(axis=(1, 2, 3))[:, None, None] * np.arange(1 + len(LETTERS))
        return np.asarray(np.log(chances / chances.sum(axis=2, keepdims=True)), np.float32)


def test_a_line_is_read_alike_alone_and_among_others() -> None:
    reader = HandwritingReader((Wide(),))
    lines = [bars(count, gap).pixels for count in (3, 8, 9) for gap in (28, 30, 31, 33)]
    for line, (seen,) in zip(lines, reader.emissions(lines), strict=True):
        ((alone,),) = reader.emissions([line])
        assert seen.log_chances == pytest.approx(alone.log_chances, abs=1e-6)


@dataclass(frozen=True)
class Broken:
    """A network that answers with ``answer`` on every line."""

    answer: float
    letters: str = LETTERS
    fingerprint: str = "broken-1"

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.full((len(lines), lines.shape[3] // STRIDE, 1 + len(LETTERS)), self.answer, np.float32)


@pytest.mark.parametrize("answer", [math.nan, math.inf, -math.inf])
def test_a_network_that_answers_with_no_chances_makes_the_line_unread(answer: float) -> None:
    (reading,) = HandwritingReader((Bars(), Broken(answer))).read([bars(3)])
    assert (reading.text, reading.confidence, reading.evidence) == ("", 0.0, None)


def test_what_one_network_reads_is_returned_though_another_sees_nothing() -> None:
    @dataclass(frozen=True)
    class Blind(Broken):
        def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
            said = super().log_chances(lines)
            said[:, :, 0] = 0.0
            return said

    (reading,) = HandwritingReader((Bars(), Blind(-30.0))).read([bars(3)])
    assert reading.confidence < 0.01
    assert "111" in [one.text for one in reading.hypotheses]


def test_every_network_is_a_witness_and_the_reading_says_how_they_agree() -> None:
    alike = HandwritingReader((Bars(), Bars(0.1)))
    (reading,) = alike.read([bars(3)])
    assert reading.text == reading.hypotheses[0].text == "111"
    assert reading.evidence is not None
    assert reading.evidence.agreement == 1.0
    (torn,) = HandwritingReader((Bars(), Bars(0.9))).read([bars(3)])
    assert torn.evidence is not None
    assert torn.evidence.agreement < 0.5
    assert torn.confidence < reading.confidence


def test_the_list_of_a_field_ranks_its_terms() -> None:
    crop = bars(2)
    known = Crop(crop.pixels, crop.dpi, "choice", terms=("77", "33"))
    reader = HandwritingReader((Bars(0.4),))
    assert texts(reader, [crop, known]) == ["11", "77"]


def test_clear_ink_is_read_as_it_is_whatever_the_list_says() -> None:
    known = Crop(bars(2).pixels, 300.0, "choice", terms=("77", "33"))
    assert texts(HandwritingReader((Bars(),)), [known]) == ["11"]


def test_the_fingerprint_distinguishes_networks_and_words() -> None:
    words = LanguageData(Path("somewhere"), "words-1")
    readers = [
        HandwritingReader((Bars(),)),
        HandwritingReader((Bars(fingerprint="bars-2"),)),
        HandwritingReader((Bars(), Bars(fingerprint="bars-2"))),
        HandwritingReader((Bars(),), words),
        HandwritingReader((Bars(),), LanguageData(Path("somewhere"), "words-2")),
    ]
    assert len({reader.fingerprint for reader in readers}) == len(readers)


@dataclass(frozen=True)
class Figures:
    """A reader of figures that sees one figure in the middle of every line."""

    figure: str
    name: str = "figures"
    asked: list[int] = field(default_factory=list, compare=False)

    @property
    def fingerprint(self) -> str:
        return f"figures-{self.figure}"

    def emissions(self, lines: Sequence[Pixels]) -> tuple[Emission, ...]:
        self.asked.append(len(lines))
        chances = np.full((3, 11), 1e-4)
        chances[:, 0] = 0.99
        chances[1, [0, 1 + int(self.figure)]] = 1e-4, 0.99
        return (Emission(np.log(chances).astype(np.float32), "0123456789"),) * len(lines)


def test_a_calibration_speaks_of_the_reader_together_with_its_reader_of_figures() -> None:
    reader, other = HandwritingReader((Bars(),)), FakeReader()
    helped = replace(reader, figures=Figures("1"))
    assert Engines(other, other, digits=other, hand=reader).hand_fingerprint == reader.fingerprint
    assert len({one.fingerprint for one in (reader, helped, replace(reader, figures=Figures("7")))}) == 3
    assert Engines(other, other, digits=other).hand_fingerprint == ""


def test_a_reader_of_figures_speaks_for_what_it_sees_on_lines_of_figures_alone() -> None:
    figures = Figures("7")
    reader = HandwritingReader((Bars(0.45),), figures=figures)
    number, text = replace(bars(1), kind="number"), replace(bars(1), kind="text")
    read = reader.read([text, number, blank()])
    assert [one.text for one in read] == ["1", "7", ""]
    assert [one.engine for one in read] == ["hand", "hand+figures", "hand"]
    assert figures.asked == [1]
    assert texts(replace(reader, figures=None), [number]) == ["1"]


def test_a_reader_can_be_sent_to_another_process() -> None:
    import pickle

    reader = HandwritingReader((Bars(),), LanguageData(Path("somewhere"), "words-1"))
    assert pickle.loads(pickle.dumps(reader)) == reader  # noqa: S301 (its own)


# --- files --------------------------------------------------------------------------------------------------------


def network(path: Path, sha256: str | None = None) -> OnnxNetwork:
    found = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
    return OnnxNetwork("trial", path, sha256 or found, LETTERS, "trial-1")


def test_missing_weights_are_an_error_with_advice(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"(?s)missing\.onnx.*make setup"):
        HandwritingReader((network(tmp_path / "missing.onnx"),)).read([bars(2)])


def test_weights_that_are_not_those_of_the_card_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"something")
    with pytest.raises(SetupError, match="hỏng"):
        HandwritingReader((network(tmp_path / "model.onnx", "0" * 64),)).read([bars(2)])


def test_weights_that_no_runtime_loads_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"something")
    with pytest.raises(SetupError, match="không chạy được"):
        HandwritingReader((network(tmp_path / "model.onnx"),)).read([bars(2)])


def test_damaged_words_of_later_years_are_an_error_when_a_book_of_those_years_is_read(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[3] / "ocr_models" / "vietnamese-text"
    shutil.copy(shipped / "place.npz", tmp_path)
    (tmp_path / "place-2025.npz").write_bytes((shipped / "place-2025.npz").read_bytes()[:5000])
    reader = HandwritingReader((Bars(),), LanguageData(tmp_path, "words"))
    assert reader.prior("place", year=2024).support("Hà Nội") == 1.0
    with pytest.raises(SetupError, match="make setup"):
        reader.prior("place", year=2025)


@pytest.mark.parametrize("flaw", ["none", "empty", "cut"])
def test_missing_or_damaged_words_are_an_error(tmp_path: Path, flaw: str) -> None:
    folder = tmp_path / "words"
    folder.mkdir()
    if flaw != "none":
        (folder / "name.npz").write_bytes(b"" if flaw == "empty" else b"PK\x03\x04rest")
    with pytest.raises(SetupError, match="make setup"):
        HandwritingReader((Bars(),), LanguageData(folder, "w")).read([bars(2, kind="name")])


def test_a_card_names_the_network_its_letters_and_its_file(tmp_path: Path) -> None:
    card = ModelCard(
        name="trial", engine="ctc-line", reads=("handwriting",), files=(("model.onnx", "ab"),),
        licence="-", training_data="-", measured="-", letters=LETTERS, fingerprint="trial-7",
    )  # fmt: skip
    found = load_network(card, tmp_path)
    assert (found.path, found.sha256) == (tmp_path / "trial" / "model.onnx", "ab")
    assert (found.letters, found.fingerprint) == (LETTERS, "trial-7")
    for wrong in ({"letters": ""}, {"files": ()}):
        with pytest.raises(SetupError, match="trial"):
            load_network(card.model_copy(update=wrong), tmp_path)


def test_an_emission_has_as_many_steps_as_its_line() -> None:
    ((seen,),) = HandwritingReader((Bars(),)).emissions([bars(5).pixels])
    assert isinstance(seen, Emission)
    assert len(seen.log_chances) > 5
