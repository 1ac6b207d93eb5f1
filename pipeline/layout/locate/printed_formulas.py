"""Find the printed formulas of an act in running text among the words read on its page.

A formula ("con của ông") is compared with every sequence of about as many words, also over a line end, by edit distance
of folded text. The same words may occur elsewhere, and be misread at their place. The formulas of an act are therefore
chosen together, in the form's order: the heaviest chain of consecutive places. A formula with several remaining places
has an earliest and a latest place, and a block is narrowed by the farther one. A formula that is clearly read, but only
out of order, makes its neighbours doubtful.
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
"""Largest number of letters of a formula that must be read exactly, with its tones."""

LEAST_ALIKE = ((SHORT, 1.0), (6, 0.8), (10, 0.75))
"""Least similarity by the largest number of letters of a formula; ``LEAST`` for longer formulas."""

LEAST = 0.72

UNSURE_WORDS = 0.12
"""Loss of similarity for words of confidence 0."""

GLUED = 0.9
"""Similarity of a formula that was read together with writing beside it."""

FULL_WEIGHT = 10
"""Least number of letters of a formula of full weight."""

RIVAL = 0.1
"""Largest lag in similarity of another possible place between the same neighbours."""

LEANS = 5
"""Largest number of letters of a formula that counts only beside another found formula."""

STRONG_LETTERS, STRONG = 7, 0.88
"""Least number of letters and least similarity of a formula whose place out of order contradicts the order."""

MORE_WORDS = 2
"""Largest number of additional words in the reading of a formula."""


@dataclass(frozen=True, slots=True)
class FormulaPlace:
    """A possible place of a formula.

    Attributes:
        first: The number of its first word in reading order.
        last: The number of its last word.
        score: The similarity to the formula, 0..1.
    """

    first: int
    last: int
    score: float


@dataclass(frozen=True, slots=True)
class SpottedFormula:
    """A found formula.

    Attributes:
        earliest: The first possible place.
        latest: The last possible place; mostly the same.
    """

    earliest: FormulaPlace
    latest: FormulaPlace


def find_formula(text: RunningText, formula: str, least: float | None = None) -> tuple[FormulaPlace, ...]:
    """Return every possible place of a formula, in reading order.

    Args:
        formula: The printed words.
        least: Least similarity of a place; by default it depends on the length of the formula.
    """
    wanted = fold_label(formula)
    if not wanted:
        return ()
    least = _least(len(wanted)) if least is None else least
    count = max(1, len([part for part in formula.split() if fold_label(part)]))
    folded = [fold_label(word.text) for word in text.words]
    places = []
    for first in range(len(folded)):
        best: FormulaPlace | None = None
        for last in range(first, min(len(folded), first + count + MORE_WORDS)):
            if text.lines[last] - text.lines[first] > 1:
                break
            score = _likeness(text, folded, wanted, formula, first, last)
            if score >= least and (best is None or score > best.score):
                best = FormulaPlace(first, last, score)
        if best is not None:
            places.append(best)
    return tuple(_best_of_overlapping(places))


def stands_twice(
    text: RunningText, formulas: Sequence[str], parted_by: float = 0.0
) -> tuple[tuple[float, float], ...]:
    """Return the places of formulas that are clearly read more than once; the beginning of an act may be lost between.

    Args:
        text: The words of one act.
        formulas: The printed formulas; a formula that the form has twice does not count.
        parted_by: Least difference in y between two places of a formula.

    Returns:
        The middle (y) of the first and of the last place of each repeated formula.
    """
    folded = [fold_label(formula) for formula in formulas]
    repeated = []
    for formula, letters in dict(zip(folded, formulas, strict=True)).items():
        is_own = sum(formula in other for other in set(folded)) == 1
        if len(formula) < STRONG_LETTERS or not is_own:
            continue
        clear = [
            text.words[place.first].box.centre[1]
            for place in find_formula(text, letters)
            if place.score >= STRONG
        ]
        if clear and clear[-1] - clear[0] > parted_by:
            repeated.append((clear[0], clear[-1]))
    return tuple(repeated)


def find_in_order(
    text: RunningText, formulas: Sequence[str], allowed: Sequence[Sequence[bool]] | None = None
) -> tuple[SpottedFormula | None, ...]:
    """Return the places of consecutive formulas, ``None`` for each formula without a sure place.

    Args:
        formulas: The printed formulas in order; repeated neighbours count as a single formula.
        allowed: For each formula and each word whether the formula may be there; by default anywhere.
    """
    merged = [number for number in range(len(formulas)) if not number or not _same(formulas, number)]
    places = [_places(text, formulas, number, allowed) for number in merged]
    letters = [len(fold_label(formulas[number])) for number in merged]
    chain = _heaviest(places, letters)
    chosen = [None if at is None else places[number][at] for number, at in enumerate(chain)]
    spotted = [_with_rivals(number, chosen, places) for number in range(len(merged))]
    spotted = _without_leaning(spotted, letters)
    contradicted = _contradicted(chosen, places, letters)
    sure = [None if number in contradicted else formula for number, formula in enumerate(spotted)]
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
    places = [
        place
        for place in find_formula(text, formulas[number])
        if not any(_is_end_of(text, place, formulas[number], other) for other in formulas)
    ]
    if allowed is None:
        return tuple(places)
    return tuple(place for place in places if allowed[number][place.first] and allowed[number][place.last])


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
    """Return the similarity of words to a formula, also of words read together with writing beside them."""
    read = "".join(folded[first : last + 1])
    if len(wanted) <= SHORT:
        spelled = "".join(word.text for word in text.words[first : last + 1])
        return float(_letters(spelled) == _letters(formula))
    letters = len(wanted)
    glued = (read.startswith(wanted) and len(read) - len(folded[last]) < letters) or (
        read.endswith(wanted) and len(read) - len(folded[first]) < letters
    )
    alike = GLUED if glued and len(read) > letters + 1 else Levenshtein.normalized_similarity(read, wanted)
    sure = fmean(word.confidence for word in text.words[first : last + 1])
    return alike - UNSURE_WORDS * (1 - sure) * (alike < 1)


def _letters(text: str) -> str:
    """Return the letters and digits of a text in lower case, with their tones."""
    return "".join(c for c in unicodedata.normalize("NFC", text).casefold() if c.isalnum())


def _best_of_overlapping(places: Sequence[FormulaPlace]) -> list[FormulaPlace]:
    """Return places without common words in reading order; more similar places are chosen first."""
    kept: list[FormulaPlace] = []
    for place in sorted(places, key=lambda place: (-place.score, place.last - place.first)):
        if all(place.last < other.first or place.first > other.last for other in kept):
            kept.append(place)
    return sorted(kept, key=lambda place: place.first)


def _heaviest(places: Sequence[Sequence[FormulaPlace]], letters: Sequence[int]) -> list[int | None]:
    """Return for each formula the number of its place in the heaviest chain, ``None`` outside the chain."""
    best: list[
        tuple[float, int, int, int]
    ] = []  # merit, formula, place, index of the previous item in this list
    for number, of_formula in enumerate(places):
        weight = min(1.0, letters[number] / FULL_WEIGHT)
        for at, place in enumerate(of_formula):
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
    """Return whether a place is behind another; the end of one formula may be the beginning of the next."""
    return place.first > before.first and place.last > before.last


def _with_rivals(
    number: int, chosen: Sequence[FormulaPlace | None], places: Sequence[Sequence[FormulaPlace]]
) -> SpottedFormula | None:
    """Return a formula with all its possible places between its neighbours."""
    own = chosen[number]
    if own is None:
        return None
    before = next((place for place in reversed(chosen[:number]) if place is not None), None)
    behind = next((place for place in chosen[number + 1 :] if place is not None), None)
    near = [
        place
        for place in places[number]
        if place.score >= own.score - RIVAL
        and (before is None or _follows(place, before))
        and (behind is None or _follows(behind, place))
    ]
    return SpottedFormula(near[0], near[-1])


def _without_leaning(
    spotted: Sequence[SpottedFormula | None], letters: Sequence[int]
) -> list[SpottedFormula | None]:
    """Return the formulas without short ones whose neighbours were not found."""
    kept = []
    for number, formula in enumerate(spotted):
        beside = [spotted[at] for at in (number - 1, number + 1) if 0 <= at < len(spotted)]
        leans = letters[number] <= LEANS and not any(beside)
        kept.append(None if leans else formula)
    return kept


def _contradicted(
    chosen: Sequence[FormulaPlace | None],
    places: Sequence[Sequence[FormulaPlace]],
    letters: Sequence[int],
) -> set[int]:
    """Return the numbers of formulas next to a formula that is clearly read only out of order."""
    doubtful: set[int] = set()
    for number, own in enumerate(chosen):
        if own is None and letters[number] >= STRONG_LETTERS:
            clear = [place for place in places[number] if place.score >= STRONG]
            if clear:
                doubtful |= {number - 1, number, number + 1}
    return doubtful
