"""Beam search for the likeliest combinations of edits, by ink and prior together."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Iterable, Sequence
from operator import attrgetter, itemgetter
from typing import NamedTuple

from pipeline.recognition.decoding.edits import Edit
from pipeline.recognition.decoding.emission import Chances, DecodingOptions
from pipeline.recognition.decoding.priors import CONTEXT, Prior

Weighed = tuple[str, float]
"""A text and how much likelier (log) its ink is than that of the pivot."""

Combined = tuple[str, float, float]
"""A line, how much likelier (log) its ink is than that of the pivot, and the prior of its words."""

_Gain = tuple[Edit, float]

_UNKNOWN_CONTEXT = ("",)
"""The context of a word whose neighbours are not known yet."""

_by_gain = itemgetter(1)

_JOINED = 3
"""How many neighbouring words one edit may change together with the spaces between them."""


class _PartialLine(NamedTuple):
    """The beginning of a line. ``score``: ink and prior together."""

    score: float
    text: str
    ink: float
    known: float
    context: tuple[str, ...]


def beam_search(
    pivot: str, edits: Sequence[Edit], gained: Chances, prior: Prior, options: DecodingOptions
) -> tuple[Combined, ...]:
    """Return the best texts that edits of the pivot make together, best first. Gains of edits far apart add up."""
    words = [match.span() for match in re.finditer(r"\S+", pivot)] or [(0, len(pivot))]
    within, across = _sorted_by_word(words, zip(edits, gained.tolist(), strict=True), options)
    partial: list[dict[str, _PartialLine]] = [{} for _ in range(len(words) + 1)]
    partial[0][""] = _PartialLine(0.0, "", 0.0, 0.0, ())
    for place in range(len(words)):
        best = _best(partial[place].values(), options.beam)
        variants = _variants(pivot, words[place], within[place], prior, options)
        _extend(partial[place + 1], best, variants, prior, options)
        for (first, last), joining in across.items():
            if first == place:
                inside = [gain for word in range(first, last + 1) for gain in within[word]]
                span = (words[first][0], words[last][1])
                for join in sorted(joining, key=_by_gain, reverse=True)[: options.joins]:
                    variants = _variants(pivot, span, inside, prior, options, join)[: options.joins]
                    _extend(partial[last + 1], best, variants, prior, options)
    return tuple((way.text, way.ink, way.known) for way in _best(partial[-1].values(), options.beam))


def _best(partial: Iterable[_PartialLine], most: int) -> Sequence[_PartialLine]:
    return sorted(partial, key=attrgetter("score"), reverse=True)[:most]


def _extend(
    grown: dict[str, _PartialLine],
    best: Sequence[_PartialLine],
    variants: Sequence[Weighed],
    prior: Prior,
    options: DecodingOptions,
) -> None:
    """Continue every partial line with every variant.

    No word adds to a score: a line behind the beam before its words are weighed stays behind it and is left out.
    """
    beam, sharpness, weigh = options.beam, options.sharpness, prior.word
    scores = [way.score for way in reversed(_best(grown.values(), beam))]
    for variant, gain in variants:
        words = variant.split()
        for _, text, before, known, context in best:
            ink = before + gain
            if len(scores) == beam and sharpness * ink + known < scores[0]:
                continue
            for word in words:
                known += weigh(context, word)
                context = (*context, word)[-CONTEXT:]
            line = f"{text} {variant}" if text and variant else text or variant
            score = sharpness * ink + known
            other = grown.get(line)
            if other is None:
                insort(scores, score)
                del scores[:-beam]
            if other is None or other.score < score:
                grown[line] = _PartialLine(score, line, ink, known, context)


def _sorted_by_word(
    words: Sequence[tuple[int, int]], gains: Iterable[_Gain], options: DecodingOptions
) -> tuple[list[list[_Gain]], dict[tuple[int, int], list[_Gain]]]:
    """Return the edits within each word, and those that touch spaces, by the first and last word that they touch."""
    within: list[list[_Gain]] = [[] for _ in words]
    across: dict[tuple[int, int], list[_Gain]] = {}
    for edit, gain in gains:
        if gain <= options.hopeless:
            continue
        first = next((place for place, (_, end) in enumerate(words) if edit.start <= end), len(words) - 1)
        last = next(
            (place for place in range(first, len(words)) if edit.end <= words[place][1]), len(words) - 1
        )
        if first == last and words[first][0] <= edit.start:
            within[first].append((edit, gain))
        elif gain > options.hopeless / 2 and last - first < _JOINED:
            across.setdefault((first, last), []).append((edit, gain))
    return within, across


def _variants(
    pivot: str,
    span: tuple[int, int],
    edits: Sequence[_Gain],
    prior: Prior,
    options: DecodingOptions,
    join: _Gain | None = None,
) -> list[Weighed]:
    """Return the likeliest texts of one word, or of some words that ``join`` makes one, without their neighbours.

    They are tried in the order of their ink, until that alone is behind enough others: words add nothing to a score.
    """
    start, end = span
    best = sorted(edits, key=_by_gain, reverse=True)[: 2 * options.variants]
    if join is not None:
        best = [join, *(gain for gain in best if _are_apart(gain[0], join[0]))]
    most = 3 * options.variants
    combinations: list[tuple[int, float]] = [(0, 0.0)] if join is None else [(1, join[1])]
    for number, (edit, gain) in enumerate(best):
        if number == 0 and join is not None:
            continue
        if len(combinations) == most and combinations[0][1] + gain <= combinations[-1][1]:
            break
        against = _excluded(edit, best[:number])
        more = [(chosen | 1 << number, ink + gain) for chosen, ink in combinations if not chosen & against]
        combinations = sorted([*combinations, *more], key=_by_gain, reverse=True)[:most]
    backwards = sorted(enumerate(edit for edit, _ in best), key=lambda one: (-one[1].start, -one[1].end))
    found: dict[str, tuple[float, float]] = {}
    scores: list[float] = []
    for chosen, ink in combinations:
        if len(scores) == options.variants and options.sharpness * ink <= scores[0]:
            break
        text = pivot[start:end]
        for number, edit in backwards:
            if chosen >> number & 1:
                text = text[: edit.start - start] + edit.letters + text[edit.end - start :]
        words = text.split()
        text = " ".join(words)
        if text not in found:
            score = options.sharpness * ink + sum(prior.word(_UNKNOWN_CONTEXT, word) for word in words)
            found[text] = score, ink
            insort(scores, score)
            del scores[: -options.variants]
    ranked = sorted(found, key=lambda text: found[text][0], reverse=True)
    return [(text, found[text][1]) for text in ranked[: options.variants]]


def _excluded(edit: Edit, others: Sequence[_Gain]) -> int:
    """Return the numbers, as bits, of those edits that cannot be made together with another one."""
    found = 0
    for number, (other, _) in enumerate(others):
        if not _are_apart(edit, other):
            found |= 1 << number
    return found


def _are_apart(edit: Edit, other: Edit) -> bool:
    """Return whether two edits touch different letters and do not insert at one place."""
    (start, end, _), (first, last, _) = edit, other
    if start == end == first == last:
        return False
    return end <= first or last <= start
