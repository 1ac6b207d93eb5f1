"""A hand leans back without losing ink; a clerk is cut along the outlines, and the last page stays unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.learning.hand_trials import (
    CONFIRMED,
    Line,
    last_page_unseen,
    leaning,
    lyon_lines,
    sums_of,
)
from pipeline.base.model import Pixels


def stroke() -> Pixels:
    pixels = np.full((40, 100), 230, np.uint8)
    pixels[5:35, 48:52] = 20
    return pixels


def test_the_top_of_a_stroke_comes_to_stand_left_of_its_foot() -> None:
    found = leaning(stroke(), 0.8)
    top, foot = (np.flatnonzero(found[row] < 128).mean() for row in (8, 32))
    assert 0.6 * 24 < foot - top < 1.0 * 24
    assert (found < 128).sum() > 0.8 * (stroke() < 128).sum()
    assert leaning(stroke(), 0.0).shape == (40, 100)


def test_a_transcribed_line_is_cut_along_its_outline_and_one_with_letters_unknown_to_the_reader_is_left_out(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "lyon_birth_index_tables"
    folder.mkdir()
    page = np.full((200, 300), 220, np.uint8)
    page[60:70, 40:120] = 10  # the line itself
    page[100:110, 40:120] = 10  # ink of the line below, outside the outline
    Image.fromarray(page).save(folder / "page1.png")
    outline = '<Shape><Polygon POINTS="30 50 130 50 130 90 80 90 30 120"/></Shape>'
    lines = "".join(
        f'<TextLine>{outline}<String CONTENT="{text}"/></TextLine>'
        for text in ("7 Mars 1910", "Fran\u00e7ois")
    )
    (folder / "page1.xml").write_text(f"<alto>{lines}</alto>", encoding="utf-8")

    (line,) = lyon_lines(tmp_path)

    assert (line.text, line.writer) == ("7 Mars 1910", "page1")
    assert line.pixels.shape == (71, 101)
    assert (line.pixels[10:20, 10:90] == 10).all()
    assert (line.pixels[65:, 80:] == 220).all()


def test_no_line_of_the_last_page_of_a_clerk_is_confirmed() -> None:
    blank = stroke()
    lines = [Line(blank, f"{page} {number}", page) for page in ("a", "b", "c", "d") for number in range(70)]

    taken = last_page_unseen(lines)

    assert {line.writer for line in taken[:CONFIRMED]} == {"a", "b", "c"}
    assert {line.writer for line in taken[CONFIRMED : CONFIRMED + 70]} == {"d"}
    assert len({line.text for line in taken}) == len(taken)


def test_only_hands_that_the_gate_lets_through_count_and_by_lines_that_were_not_learnt_where_there_are_any() -> (
    None
):
    def hand(outcome: str, unseen: tuple[int, int, int], held: tuple[int, int]) -> dict[str, Any]:
        lines, before, after = unseen
        return {
            "outcome": outcome,
            "unseen_lines": lines,
            "unseen_before": before,
            "unseen_after": after,
            "held": {"errors_before": held[0], "errors_after": held[1]},
        }

    sums = sums_of(
        [
            hand("better", (122, 50, 40), (30, 10)),
            hand("better", (0, 0, 0), (20, 21)),
            hand("chance", (0, 0, 0), (9, 3)),
        ]
    )

    assert sums == {"tried": 3, "through": 2, "through_worse": 1, "before": 70, "after": 61}
