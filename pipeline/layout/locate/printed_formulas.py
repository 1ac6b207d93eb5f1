"""Printed formulas of an act in running text, found among the words that were read on its page.

A formula ("con của ông") is compared with every sequence of about as many words, also over the end of a line, by edit
distance of folded text. The same words may stand elsewhere, and be misread where they stand, so the formulas of an act
are chosen together, in the order in which the form names them: the heaviest chain whose places follow one another.
Where several places are left for one, it is said between which it stands, and what is cut by it is cut by the farther
one. A formula that is clearly read, but only out of that order, makes what is around it doubtful.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from rapidfuzz.distance import Levenshtein

from pipeline.layout.locate.label_matching import fold_label
from pipeline.layout.locate.running_text import RunningText

SHORT = 3
"""Letters up to which a formula has to be read as it is printed, with its tones."""

LEAST_ALIKE = ((SHORT, 1.0), (6, 0.8), (10, 0.75))
"""How like a formula of so many letters, or fewer, what was read has to be; ``LEAST`` for a longer one."""

LEAST = 0.72

UNSURE_WORDS = 0.12
"""What words that the engine is not sure of at all take off."""

GLUED = 0.9
"""How like the formula what was read is that goes on into what is written beside it."""

FULL_WEIGHT = 10
"""Letters from which on a formula counts fully."""

RIVAL = 0.1
"""How much less like the formula another place between its neighbours may be and still is one where it may stand."""

LEANS = 5
"""Letters up to which a formula counts only where the one before or behind it was found too."""

STRONG_LETTERS, STRONG = 7, 0.88
"""Letters and likeness from which on a formula that is read out of order speaks against that order."""

MORE_WORDS = 2
"""How many more words than printed a formula may be read as."""


@dataclass(frozen=True, slots=True)
class FormulaPlace:
    """Where a formula may stand.

    Attributes:
        first: Number of its first word in reading order.
        last: That of its last word.
        score: How like the formula it is, 0..1.
    """

    first: int
    last: int
    score: float


@dataclass(frozen=True, slots=True)
class SpottedFormula:
    """A formula that was found.

    Attributes:
        earliest: The first place where it may stand.
        latest: The last one; mostly the same.
    """

    earliest: FormulaPlace
    latest: FormulaPlace


def find_formula(text: RunningText, formula: str, least: float | None = None) -> tuple[FormulaPlace, ...]:
    """Return every place where a formula may stand, in reading order.

    Args:
        text: The words.
        formula: What is printed.
        least: How like it a place has to be; by default as the length of the formula asks for.
    """
    wanted = fold_label(formula)
    if not wanted:
        return ()
    least = _least(len(wanted)) if least is None else least
    count = max(1, len([part for part in formula.split() if fold_label(part)]))
    folded = [fold_label(word.text) for word in text.words]
    found = []
    for first in range(len(folded)):
        best: FormulaPlace | None = None
        for last in range(first, min(len(folded), first + count + MORE_WORDS)):
            if text.lines[last] - text.lines[first] > 1:
                break
            score = _likeness(text, folded, wanted, formula, first, last)
            if score >= least and (best is None or score > best.score):
                best = FormulaPlace(first, last, score)
        if best is not None:
            found.append(best)
    return tuple(_best_of_overlapping(found))


def stands_twice(
    text: RunningText, formulas: Sequence[str], parted_by: float = 0.0
) -> tuple[tuple[float, float], ...]:
    """Return where formulas stand that are clearly read more than once, as what begins an act would have been lost.

    Args:
        text: The words of one act.
        formulas: What is printed in it; what the form names twice says nothing.
        parted_by: How far apart in height (y) two places of one are at least.

    Returns:
        The middle (y) of the first and of the last place of each such formula.
    """
    folded = [fold_label(formula) for formula in formulas]
    found = []
    for formula, letters in dict(zip(folded, formulas, strict=True)).items():
        is_own = sum(formula in other for other in set(folded)) == 1
        if len(formula) < STRONG_LETTERS or not is_own:
            continue
        clear = [
            text.words[one.first].box.centre[1] for one in find_formula(text, letters) if one.score >= STRONG
        ]
        if clear and clear[-1] - clear[0] > parted_by:
            found.append((clear[0], clear[-1]))
    return tuple(found)


def find_in_order(
    text: RunningText, formulas: Sequence[str], allowed: Sequence[Sequence[bool]] | None = None
) -> tuple[SpottedFormula | None, ...]:
    """Return where formulas stand that follow one another, ``None`` for each that is not surely found.

    Args:
        text: The words.
        formulas: What is printed, in the order in which it stands; what follows itself is taken for one.
        allowed: For each formula and each word whether it may stand there; by default anywhere.
    """
    merged = [number for number in range(len(formulas)) if not number or not _same(formulas, number)]
    places = [_places(text, formulas, number, allowed) for number in merged]
    letters = [len(fold_label(formulas[number])) for number in merged]
    chain = _heaviest(places, letters)
    chosen = [None if at is None else places[number][at] for number, at in enumerate(chain)]
    spotted = [_with_rivals(number, chosen, places) for number in range(len(merged))]
    spotted = _without_leaning(spotted, letters)
    contradicted = _contradicted(chosen, places, letters)
    sure = [None if number in contradicted else one for number, one in enumerate(spotted)]
    group = -1
    result = []
    for number in range(len(formulas)):
        group += number in merged
        result.append(sure[group])
    return tuple(result)


def _same(formulas: Sequence[str], number: int) -> bool:
    return fold_label(formulas[number]) == fold_label(formulas[number - 1])


def _places(
    text: RunningText, formulas: Sequence[str], number: int, allowed: Sequence[Sequence[bool]] | None
) -> tuple[FormulaPlace, ...]:
    found = [
        one
        for one in find_formula(text, formulas[number])
        if not any(_is_end_of(text, one, formulas[number], other) for other in formulas)
    ]
    if allowed is None:
        return tuple(found)
    return tuple(one for one in found if allowed[number][one.first] and allowed[number][one.last])


def _is_end_of(text: RunningText, place: FormulaPlace, formula: str, longer: str) -> bool:
    """Return whether a place of a formula is the end of a longer one ("tại" of "cư ngụ tại")."""
    own, words = fold_label(formula), [fold_label(word) for word in longer.split()]
    ends = [at for at in range(1, len(words)) if "".join(words[at:]) == own]
    if not ends or not place.first or text.lines[place.last] - text.lines[place.first - 1] > 1:
        return False
    before = fold_label(text.words[place.first - 1].text)
    return Levenshtein.normalized_similarity(before, words[ends[0] - 1]) >= LEAST


def _least(letters: int) -> float:
    return next((least for most, least in LEAST_ALIKE if letters <= most), LEAST)


def _likeness(
    text: RunningText, folded: Sequence[str], wanted: str, formula: str, first: int, last: int
) -> float:
    """Return how like the formula words are, those that were read together with what is written beside it too."""
    read = "".join(folded[first : last + 1])
    if len(wanted) <= SHORT:
        said = "".join(word.text for word in text.words[first : last + 1])
        return float(_letters(said) == _letters(formula))
    letters = len(wanted)
    glued = (read.startswith(wanted) and len(read) - len(folded[last]) < letters) or (
        read.endswith(wanted) and len(read) - len(folded[first]) < letters
    )
    alike = GLUED if glued and len(read) > letters + 1 else Levenshtein.normalized_similarity(read, wanted)
    sure = fmean(word.confidence for word in text.words[first : last + 1])
    return alike - UNSURE_WORDS * (1 - sure) * (alike < 1)


def _letters(text: str) -> str:
    """Return the letters of a text as they are, tones and all."""
    return "".join(c for c in unicodedata.normalize("NFC", text).casefold() if c.isalnum())


def _best_of_overlapping(places: Sequence[FormulaPlace]) -> list[FormulaPlace]:
    """Return places of which none shares a word with another, the likest first chosen, in reading order."""
    kept: list[FormulaPlace] = []
    for one in sorted(places, key=lambda place: (-place.score, place.last - place.first)):
        if all(one.last < other.first or one.first > other.last for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda place: place.first)


def _heaviest(places: Sequence[Sequence[FormulaPlace]], letters: Sequence[int]) -> list[int | None]:
    """Return for each formula the number of its place in the heaviest chain, ``None`` for those that are in none."""
    best: list[
        tuple[float, int, int, int]
    ] = []  # merit, formula, place, number of the one before in this list
    for number, found in enumerate(places):
        weight = min(1.0, letters[number] / FULL_WEIGHT)
        for at, place in enumerate(found):
            merit, before = place.score * weight, -1
            for known, (gained, formula, other, _) in enumerate(best):
                if formula < number and _follows(place, places[formula][other]):
                    total = gained + place.score * weight
                    if total > merit:
                        merit, before = total, known
            best.append((merit, number, at, before))
    chain: list[int | None] = [None] * len(places)
    known = max(range(len(best)), key=lambda number: best[number][0], default=-1)
    while known >= 0:
        _, formula, chosen, known = best[known]
        chain[formula] = chosen
    return chain


def _follows(place: FormulaPlace, before: FormulaPlace) -> bool:
    """Return whether a place stands behind another; the end of one formula may be the beginning of the next."""
    return place.first > before.first and place.last > before.last


def _with_rivals(
    number: int, chosen: Sequence[FormulaPlace | None], places: Sequence[Sequence[FormulaPlace]]
) -> SpottedFormula | None:
    """Return a formula with all places between its neighbours where it may stand as well."""
    own = chosen[number]
    if own is None:
        return None
    before = next((one for one in reversed(chosen[:number]) if one is not None), None)
    behind = next((one for one in chosen[number + 1 :] if one is not None), None)
    near = [
        one
        for one in places[number]
        if one.score >= own.score - RIVAL
        and (before is None or _follows(one, before))
        and (behind is None or _follows(behind, one))
    ]
    return SpottedFormula(near[0], near[-1])


def _without_leaning(
    spotted: Sequence[SpottedFormula | None], letters: Sequence[int]
) -> list[SpottedFormula | None]:
    """Return the formulas without short ones beside which nothing was found."""
    kept = []
    for number, one in enumerate(spotted):
        beside = [spotted[at] for at in (number - 1, number + 1) if 0 <= at < len(spotted)]
        leans = letters[number] <= LEANS and not any(beside)
        kept.append(None if leans else one)
    return kept


def _contradicted(
    chosen: Sequence[FormulaPlace | None],
    places: Sequence[Sequence[FormulaPlace]],
    letters: Sequence[int],
) -> set[int]:
    """Return the formulas of which one that is clearly read elsewhere says that their order is another."""
    found: set[int] = set()
    for number, own in enumerate(chosen):
        if own is None and letters[number] >= STRONG_LETTERS:
            clear = [one for one in places[number] if one.score >= STRONG]
            if clear:
                found |= {number - 1, number, number + 1}
    return found
