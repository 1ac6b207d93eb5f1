"""Where the witnesses leave a text open: the edits of it that are worth weighing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.decoding.edits import Edit
from pipeline.decoding.options import DecodingOptions
from pipeline.decoding.trellis import Trellis


def proposed(
    pivot: str,
    trellises: Sequence[Trellis],
    readings: Sequence[str],
    letters: str,
    options: DecodingOptions,
    allowed: str = "",
) -> tuple[Edit, ...]:
    """Edits of the pivot: letters that a witness also sees somewhere, letters left out, and what the other ``readings``
    have instead. ``allowed``: letters a grammar asks for, proposed even where they are unlikely."""
    found: dict[Edit, None] = {}
    for reading in readings:
        found.update(dict.fromkeys(differences(pivot, reading)))
    for place in range(len(pivot)):
        found[Edit(place, place + 1, "")] = None
    for trellis in trellises:
        found.update(dict.fromkeys(_seen(pivot, trellis, letters, options, allowed)))
    return tuple(edit for edit in found if is_tidy(edit, pivot))


def differences(pivot: str, reading: str) -> tuple[Edit, ...]:
    """The edits that lead from the pivot to a reading: each by itself, and all within a word together."""
    blocks = edits_between(pivot, reading)
    joined: list[Edit] = []
    for edit in blocks:
        between = pivot[joined[-1].end : edit.start] if joined else " "
        if " " not in between:
            last = joined.pop()
            edit = Edit(last.start, edit.end, last.letters + between + edit.letters)
        joined.append(edit)
    return tuple(dict.fromkeys((*blocks, *joined)))


def edits_between(pivot: str, reading: str) -> tuple[Edit, ...]:
    """The edits that lead from the pivot to a reading, from left to right, letters between any two of them."""
    blocks: list[Edit] = []
    for step in Levenshtein.opcodes(pivot, reading):
        if step.tag == "equal":
            continue
        edit = Edit(step.src_start, step.src_end, reading[step.dest_start : step.dest_end])
        if blocks and blocks[-1].end == edit.start:
            edit = Edit(blocks[-1].start, edit.end, blocks.pop().letters + edit.letters)
        blocks.append(edit)
    return tuple(blocks)


def _seen(
    pivot: str, trellis: Trellis, letters: str, options: DecodingOptions, allowed: str
) -> Iterable[Edit]:
    """Edits by the letters that the witness sees beside the pivot's, the likeliest first."""
    seen = trellis.chances[:, 1 : 1 + len(letters)]
    open_to = seen > options.least_seen
    if allowed:
        asked = [number for number, letter in enumerate(letters) if letter in allowed]
        open_to[:, asked] |= seen[:, asked] > options.least_asked
    steps, numbers = np.nonzero(open_to)
    chances = seen[steps, numbers]
    order = np.argsort(-chances, kind="stable")
    states = trellis.stays.argmax(axis=1)[steps[order]].tolist()
    found: dict[Edit, None] = {}
    for state, number, chance in zip(states, numbers[order].tolist(), chances[order].tolist(), strict=True):
        if len(found) >= options.edits:
            break
        place, is_gap = divmod(state, 2)
        likely = chance > options.least_block
        found.update(
            dict.fromkeys(
                _around(pivot, place if is_gap else place - 1, bool(is_gap), letters[number], likely)
            )
        )
    return found


def _around(pivot: str, place: int, is_gap: bool, letter: str, likely: bool) -> Iterable[Edit]:
    """Edits that bring a letter to a place of the pivot: instead of its neighbours, beside them, or instead of two."""
    before, after = (place - 1, place) if is_gap else (place, place + 1)
    for near in {place, before} if is_gap else {place}:
        if 0 <= near < len(pivot) and pivot[near] != letter:
            yield Edit(near, near + 1, letter)
    if is_gap or pivot[place : place + 1] != letter:
        for gap in {place, after}:
            if 0 <= gap <= len(pivot):
                yield Edit(gap, gap, letter)
    if likely:
        for start in (before - 1, before):
            if start >= 0 and start + 2 <= len(pivot) and letter not in pivot[start : start + 2]:
                yield Edit(start, start + 2, letter)


def is_tidy(edit: Edit, pivot: str) -> bool:
    """Whether the edited text has no space at its ends and no two in a row."""
    around = pivot[max(edit.start - 1, 0) : edit.start] or " "
    text = around + edit.letters + (pivot[edit.end : edit.end + 1] or " ")
    return "  " not in text or (text == "  " and not edit.start and edit.end >= len(pivot))


def trimmed(edit: Edit, text: str) -> Edit:
    """The same edit without the letters that it would write again."""
    start, end, letters = edit.start, edit.end, edit.letters
    while start < end and letters and text[start] == letters[0]:
        start, letters = start + 1, letters[1:]
    while start < end and letters and text[end - 1] == letters[-1]:
        end, letters = end - 1, letters[:-1]
    return Edit(start, end, letters)
