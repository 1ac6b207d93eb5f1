from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from torch import Tensor, zeros

from pipeline.training.collection import Collection
from pipeline.training.dataset import ROWS, DatasetLine
from pipeline.training.letter_alignment import AlignedLine, Aligner
from pipeline.training.line_sources import ClerkNumbers, Lines, MarkedLines, Mixture, mark_line
from pipeline.training.network import LETTERS
from pipeline.training.synthetic_lines.tone_marks import ToneMarkStyle
from tests.training.real_folder import folder_of_lines

MANY = tuple(f"p{number:03d}" for number in range(200))


def bars(text: str, left: int = 10, pitch: int = 14) -> AlignedLine:
    """Return a line with an upright bar of ink for each letter."""
    ink = np.zeros((ROWS, left + pitch * len(text) + 10), np.uint8)
    columns = tuple(left + pitch * number + 3.0 for number in range(len(text)))
    for letter, column in zip(text, columns, strict=True):
        if letter != " ":
            ink[28:46, int(column) - 3 : int(column) + 4] = 255
    return AlignedLine(
        DatasetLine(ink, text, True, "p001"), tuple(range(len(text))), columns, (1.0,) * len(text), 4.0
    )


def no_network(lines: Tensor) -> Tensor:
    return zeros(len(lines), lines.shape[3] // 4, 1 + len(LETTERS))


def test_writers_of_a_collection_are_never_on_both_sides(tmp_path: Path) -> None:
    collection = Collection(folder_of_lines(tmp_path / "lines", MANY, each=1), "foreign")
    taught = {line.writer for line in collection.taught}
    apart = {line.writer for line in collection.kept_apart}
    assert taught
    assert apart
    assert not taught & apart


def test_a_place_stands_on_one_side_only_where_writers_are_not_known(tmp_path: Path) -> None:
    folder = folder_of_lines(tmp_path / "lines", ("s0916",), each=90)
    rows = [f"s0916_{n:02d}.png\tSố {n}, Xã {n // 3}, Huế" for n in range(90)]
    (folder / "lines.tsv").write_text("\n".join(("image\ttext", *rows)) + "\n", encoding="utf-8")
    collection = Collection(folder, "full")
    places = [
        {line.text.split(", ")[1] for line in part} for part in (collection.taught, collection.kept_apart)
    ]
    assert all(places)
    assert not places[0] & places[1]


def test_a_letter_that_the_networks_lack_leaves_its_line_out(tmp_path: Path) -> None:
    folder = folder_of_lines(tmp_path / "lines", ("t001",), each=3)
    table = folder / "lines.tsv"
    rows = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([*rows[:-1], rows[-1] + " ç"]) + "\n", encoding="utf-8")
    collection = Collection(folder, "foreign")
    assert len(collection.taught) + len(collection.kept_apart) == 2


@pytest.mark.slow
def test_datasets_are_prepared_once_and_anew_for_other_labels(tmp_path: Path) -> None:
    folder = folder_of_lines(tmp_path / "lines", ("w001",), each=3)
    said: list[str] = []
    for _ in range(2):
        lines = Collection(folder, "plain").lines(tmp_path, said.append)
    assert len(said) == 1
    assert not any(line.full_label for line in lines)
    table = folder / "lines.tsv"
    table.write_text(table.read_text(encoding="utf-8").rstrip("\n") + " 7\n", encoding="utf-8")
    assert len(Collection(folder, "plain").lines(tmp_path, said.append)) >= len(lines) - 1
    assert len(said) == 2


@pytest.mark.slow
def test_a_collection_without_a_good_alignment_gives_its_lines_alone(tmp_path: Path) -> None:
    collection = Collection(folder_of_lines(tmp_path / "lines", MANY, each=1), "foreign")
    for aligner in (None, Aligner(no_network)):
        assert set(collection.sources(tmp_path, aligner, lambda _: None)) == {"foreign"}


def test_a_mark_is_drawn_where_its_letter_stands_and_written_into_the_label() -> None:
    aligned = bars("nan ede")
    rng = np.random.default_rng(3)
    marked = mark_line(aligned, ToneMarkStyle.draw(rng), 1.0, rng)
    bare = "".join(
        letter for letter in unicodedata.normalize("NFD", marked.text) if not unicodedata.combining(letter)
    )
    assert bare.replace("đ", "d") == "nan ede"
    changed = [number for number, letter in enumerate(marked.text) if letter != aligned.line.text[number]]
    assert 1 in changed
    added = np.asarray((marked.ink > aligned.line.ink).any(axis=0))
    for number, column in enumerate(aligned.columns):
        near = added[int(column) - 5 : int(column) + 6].any()
        assert near or number not in changed
    assert (marked.ink >= aligned.line.ink).all()
    assert set(marked.text) <= set(LETTERS)


def test_letters_that_bear_no_marks_stay_as_they_are() -> None:
    aligned = bars("Bcrst 1920")
    rng = np.random.default_rng(1)
    marked = mark_line(aligned, ToneMarkStyle.draw(rng), 1.0, rng)
    assert marked.text == "Bcrst 1920"
    np.testing.assert_array_equal(marked.ink, aligned.line.ink)


def test_clerks_figures_come_together_as_their_labels_say() -> None:
    book = {
        kind: [bars(text).line for text in texts]
        for kind, texts in (("d", ("3", "12", "28")), ("y", ("1943", "1951")), ("n", ("7", "118")))
    }
    source, rng = ClerkNumbers((book,)), np.random.default_rng(2)
    texts = set()
    for _ in range(200):
        line = source(rng)
        texts.add(line.text)
        bars_of_ink = np.diff(np.flatnonzero((line.ink[36] > 200).astype(int) == 1), prepend=-9)
        assert (bars_of_ink > 1).sum() >= sum(letter.isdigit() for letter in line.text)
    assert any(text.count("/") == 2 for text in texts)
    assert any(len(text) > 8 and text.isdigit() for text in texts)


def test_a_mixture_draws_each_source_by_its_share() -> None:
    few, many = bars("a").line, bars("b").line
    mixture, rng = Mixture(((1.0, Lines([few])), (3.0, Lines([many])))), np.random.default_rng(8)
    drawn = [mixture.draw(rng).text for _ in range(400)]
    assert 0.15 < drawn.count("a") / len(drawn) < 0.35


def test_marks_come_from_the_random_stream_alone() -> None:
    source = MarkedLines((bars("nan ede ao"),))
    first, second = (source(np.random.default_rng(4)) for _ in range(2))
    assert first.text == second.text
    np.testing.assert_array_equal(first.ink, second.ink)
