"""The likeliest combinations of edits, ink and prior together."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from pipeline.decoding.emission import Chances
from pipeline.decoding.options import DecodingOptions
from pipeline.decoding.priors import Prior
from pipeline.decoding.trellis import Edit

Weighed = tuple[str, float]
"""A text and how much likelier than the pivot (log) its ink is."""

_CONTEXT = 3
"""Words before a word that a prior looks at."""

_UNTOLD = ("",)
"""Stands for words before a word that are not known yet."""


def combined(
    pivot: str, edits: Sequence[Edit], gained: Chances, prior: Prior, options: DecodingOptions
) -> tuple[Weighed, ...]:
    """The best texts that edits of the pivot make together, best first; the gains of edits far apart add up."""
    kept = [
        (edit, gain) for edit, gain in zip(edits, gained.tolist(), strict=True) if gain > options.hopeless
    ]
    beam: list[tuple[float, str, float, float, tuple[str, ...]]] = [(0.0, "", 0.0, 0.0, ())]
    for start, end in _slots(pivot, kept):
        inside = [(edit, gain) for edit, gain in kept if start <= edit.start and edit.end <= end]
        grown: dict[str, tuple[float, str, float, float, tuple[str, ...]]] = {}
        for variant, gain in _variants(pivot, start, end, inside, prior, options):
            words = tuple(variant.split())
            for _, text, ink, belief, before in beam:
                context, known = before, belief
                for word in words:
                    known += prior.word(context, word)
                    context = (*context, word)[-_CONTEXT:]
                line = f"{text} {variant}" if text and variant else text or variant
                score = options.sharpness * (ink + gain) + known
                if line not in grown or grown[line][0] < score:
                    grown[line] = (score, line, ink + gain, known, context)
        beam = sorted(grown.values(), key=lambda line: -line[0])[: options.beam]
    return tuple((text, ink) for _, text, ink, _, _ in beam)


def _slots(pivot: str, edits: Sequence[tuple[Edit, float]]) -> list[tuple[int, int]]:
    """Spans of the pivot between spaces that no edit touches."""
    touched = np.zeros(len(pivot) + 1, bool)
    for edit, _ in edits:
        touched[edit.start : edit.end] = True
    slots, start = [], 0
    for space in re.finditer(" ", pivot):
        if not touched[space.start()]:
            slots.append((start, space.start()))
            start = space.end()
    return [*slots, (start, len(pivot))]


def _variants(
    pivot: str, start: int, end: int, edits: list[tuple[Edit, float]], prior: Prior, options: DecodingOptions
) -> list[Weighed]:
    """The likeliest texts of one slot, without its neighbours."""
    best = sorted(edits, key=lambda weighed: -weighed[1])[: 2 * options.variants]
    combinations: list[tuple[int, float]] = [(0, 0.0)]
    for number, (edit, gain) in enumerate(best):
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
