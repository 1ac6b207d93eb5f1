"""The likeliest combinations of edits, ink and prior together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.decoding.emission import Chances
from pipeline.decoding.options import DecodingOptions
from pipeline.decoding.priors import Prior
from pipeline.decoding.trellis import Edit

Weighed = tuple[str, float]
"""A text and how much likelier than the pivot (log) its ink is."""

_Gain = tuple[Edit, float]

_CONTEXT = 3
"""Words before a word that a prior looks at."""

_UNTOLD = ("",)
"""Stands for words before a word that are not known yet."""

_JOINED = 3
"""Most neighbouring words that one edit may change together with the spaces between them."""


class _Way(NamedTuple):
    """A line as far as it is put together. ``score``: of ink and prior together."""

    score: float
    text: str
    ink: float
    known: float
    context: tuple[str, ...]


def combined(
    pivot: str, edits: Sequence[Edit], gained: Chances, prior: Prior, options: DecodingOptions
) -> tuple[Weighed, ...]:
    """The best texts that edits of the pivot make together, best first; the gains of edits far apart add up."""
    words = [match.span() for match in re.finditer(r"\S+", pivot)] or [(0, len(pivot))]
    within, across = _sorted_by_word(words, zip(edits, gained.tolist(), strict=True), options)
    ways: list[dict[str, _Way]] = [{} for _ in range(len(words) + 1)]
    ways[0][""] = _Way(0.0, "", 0.0, 0.0, ())
    for place in range(len(words)):
        best = sorted(ways[place].values(), key=lambda way: -way.score)[: options.beam]
        _extend(
            ways[place + 1],
            best,
            _variants(pivot, words[place], within[place], prior, options),
            prior,
            options,
        )
        for (first, last), joining in across.items():
            if first == place:
                inside = [gain for word in range(first, last + 1) for gain in within[word]]
                span = (words[first][0], words[last][1])
                for join in sorted(joining, key=lambda gain: -gain[1])[: options.joins]:
                    variants = _variants(pivot, span, inside, prior, options, join)[: options.joins]
                    _extend(ways[last + 1], best, variants, prior, options)
    last_ways = sorted(ways[-1].values(), key=lambda way: -way.score)[: options.beam]
    return tuple((way.text, way.ink) for way in last_ways)


def _extend(
    grown: dict[str, _Way],
    best: Sequence[_Way],
    variants: Sequence[Weighed],
    prior: Prior,
    options: DecodingOptions,
) -> None:
    for variant, gain in variants:
        words = tuple(variant.split())
        for _, text, ink, known, context in best:
            for word in words:
                known += prior.word(context, word)
                context = (*context, word)[-_CONTEXT:]
            line = f"{text} {variant}" if text and variant else text or variant
            score = options.sharpness * (ink + gain) + known
            other = grown.get(line)
            if other is None or other.score < score:
                grown[line] = _Way(score, line, ink + gain, known, context)


def _sorted_by_word(
    words: Sequence[tuple[int, int]], gains: Iterable[_Gain], options: DecodingOptions
) -> tuple[list[list[_Gain]], dict[tuple[int, int], list[_Gain]]]:
    """The edits within each word, and those that touch spaces, by the first and last word that they touch."""
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
    """The likeliest texts of one word, or of some words that ``join`` makes one, without their neighbours."""
    start, end = span
    best = sorted(edits, key=lambda weighed: -weighed[1])[: 2 * options.variants]
    if join is not None:
        best = [join, *(gain for gain in best if _are_apart(gain[0], join[0]))]
    combinations: list[tuple[int, float]] = [(0, 0.0)] if join is None else [(1, join[1])]
    for number, (edit, gain) in enumerate(best):
        if number == 0 and join is not None:
            continue
        against = sum(1 << other for other in range(number) if not _are_apart(edit, best[other][0]))
        more = [(chosen | 1 << number, ink + gain) for chosen, ink in combinations if not chosen & against]
        combinations = sorted([*combinations, *more], key=lambda weighed: -weighed[1])[: 3 * options.variants]
    found: dict[str, float] = {}
    for chosen, ink in combinations:
        text = pivot[start:end]
        taken = [edit for number, (edit, _) in enumerate(best) if chosen >> number & 1]
        for edit in sorted(taken, key=lambda edit: (-edit.start, -edit.end)):
            text = Edit(edit.start - start, edit.end - start, edit.letters).applied(text)
        text = " ".join(text.split())
        found[text] = max(ink, found.get(text, ink))
    scored = [
        (options.sharpness * ink + sum(prior.word(_UNTOLD, word) for word in text.split()), text, ink)
        for text, ink in found.items()
    ]
    return [(text, ink) for _, text, ink in sorted(scored, key=lambda line: -line[0])[: options.variants]]


def _are_apart(edit: Edit, other: Edit) -> bool:
    """Whether two edits touch different letters and do not insert at one place."""
    if edit.start == edit.end == other.start == other.end:
        return False
    return edit.end <= other.start or other.end <= edit.start
