"""From the emissions of a line to ranked readings and the evidence for the best reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.base.model import Evidence, Hypothesis
from pipeline.base.text.tones import folded
from pipeline.recognition.decoding.beam_search import beam_search
from pipeline.recognition.decoding.edits import Edit, edit_gains, edits_between, propose_edits, trim_edit
from pipeline.recognition.decoding.emission import (
    Chances,
    DecodingOptions,
    Emission,
    best_path,
    columns_of,
    prepare_emission,
)
from pipeline.recognition.decoding.priors import ALLOWED, ALLOWED_PER_LETTER, Prior
from pipeline.recognition.decoding.trellis import build_trellises, log_chances

_TERMS = 8
"""Number of scored terms of a list that are most similar to the best paths."""

_LIKELY_TERMS = 3
"""Number of further terms that are scored: the likeliest of the list."""

_BEHIND = 0.999
"""Largest ratio of the probability of another hypothesis to that of the reading."""

_CLEAR = 0.97
"""A word whose letters are all likelier than this is not compared with known words."""

_UNSEEN = 1e-4
"""Smallest probability left to unscored readings."""


@dataclass(frozen=True, slots=True)
class DecodedLine:
    """The readings of a line.

    Attributes:
        hypotheses: The n-best list, and the best path of each emission, however unlikely. The probability missing to 1
            belongs to unscored readings, and to expected texts that the ink does not allow.
        evidence: The evidence for the first hypothesis.
        proposed: Whether the first hypothesis is only a proposal to a person; its evidence proves nothing.
    """

    hypotheses: tuple[Hypothesis, ...]
    evidence: Evidence
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class _Weighing:
    """The edits of a pivot and the gain of each edit (log, mean over the emissions)."""

    pivot: str
    edits: tuple[Edit, ...]
    gained: Chances


def decode_line(
    emissions: Sequence[Emission],
    prior: Prior,
    options: DecodingOptions = DecodingOptions(),
    shares: Sequence[float] = (),
) -> DecodedLine:
    """Decode one line.

    Args:
        emissions: At least one emission; all have the same letters, each has its own steps.
        shares: The weight of each emission; equal by default.

    Raises:
        ValueError: The emissions have different letters.
    """
    letters = emissions[0].letters
    if any(emission.letters != letters for emission in emissions):
        raise ValueError("the emissions of a line have different letters")
    columns = columns_of(letters)
    witnesses = [prepare_emission(emission) for emission in emissions]
    readings = [best_path(emission) for emission in emissions]
    shares = shares or (1.0,) * len(emissions)
    weighing = _weighed(witnesses, readings, columns, prior, options, shares)
    likely = beam_search(weighing.pivot, weighing.edits, weighing.gained, prior, options)
    beliefs = {text: known + prior.whole(text) for text, _, known in likely}
    scores = {text: options.sharpness * ink + beliefs[text] for text, ink, _ in likely}
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)
    best = (*ranked[: options.rescored], *readings)
    likelier = (
        text for reading in dict.fromkeys((ranked[0], readings[0])) for text in prior.likelier(reading)
    )
    tried = dict.fromkeys((*best, *likelier, *_terms_like(readings, prior, letters)))
    ink = np.average(log_chances(witnesses, columns, tuple(tried)), axis=0, weights=shares)
    known = [beliefs[text] if text in beliefs else log_prior(prior, text) for text in tried]
    hypotheses, is_expected, behind = _ranked(tuple(tried), ink, np.array(known), options)
    shown = hypotheses[: options.hypotheses]
    shown += tuple(
        hypothesis
        for hypothesis in hypotheses[options.hypotheses :]
        if hypothesis.text and hypothesis.text in readings
    )
    evidence = _evidence(hypotheses, weighing, readings, prior)
    evidence = evidence if is_expected else replace(evidence, support=0.0)
    return DecodedLine(shown, evidence, proposed=behind > prior.overrules)


def _weighed(
    witnesses: Sequence[Chances],
    readings: Sequence[str],
    columns: dict[str, int],
    prior: Prior,
    options: DecodingOptions,
    shares: Sequence[float],
) -> _Weighing:
    different = tuple(dict.fromkeys(readings))
    trellises = build_trellises(witnesses, columns, different)
    pivot = trellises[0].pivot
    edits = propose_edits(pivot, trellises, different, "".join(columns), options, prior.letters)
    gained = np.average(edit_gains(trellises, columns, edits), axis=0, weights=shares)
    near = _near(pivot, edits, gained, prior, columns)
    if near:
        more = np.average(edit_gains(trellises, columns, near), axis=0, weights=shares)
        gained = np.append(gained, more)
    return _Weighing(pivot, (*edits, *near), gained)


def _near(
    pivot: str, edits: Sequence[Edit], gained: Chances, prior: Prior, columns: dict[str, int]
) -> tuple[Edit, ...]:
    """Return edits that replace doubtful words of the pivot by known words and are not yet in ``edits``."""
    letters = letter_chances(pivot, pivot, edits, gained)
    new_edits: dict[Edit, None] = {}
    others = set(edits)
    words = list(re.finditer(r"\S+", pivot))
    around = ["", *(match.group() for match in words), ""]
    for place, match in enumerate(words):
        if min(letters[match.start() : match.end()]) > _CLEAR:
            continue
        for known in prior.near(*around[place : place + 3]):
            edit = trim_edit(Edit(match.start(), match.end(), known), pivot)
            if all(letter in columns for letter in edit.letters):
                new_edits[edit] = None
    return tuple(edit for edit in new_edits if edit not in others and (edit.letters or edit.start < edit.end))


def _terms_like(readings: Sequence[str], prior: Prior, letters: str) -> tuple[str, ...]:
    """Return the terms most similar to the readings, in the usual cases."""
    if not prior.terms:
        return ()
    folded_readings = [folded(reading) for reading in readings]
    near = sorted(
        prior.terms, key=lambda term: -max(fuzz.ratio(folded(term), text) for text in folded_readings)
    )
    likely = sorted(near[_TERMS:], key=lambda term: -prior.whole(term))[:_LIKELY_TERMS]
    terms = (*near[:_TERMS], *likely)
    cased = (case for term in terms for case in (term, term.lower(), term.title(), term.upper()))
    return tuple(term for term in dict.fromkeys(cased) if all(letter in letters for letter in term))


def _ranked(
    texts: tuple[str, ...], ink: Chances, known: Chances, options: DecodingOptions
) -> tuple[tuple[Hypothesis, ...], bool, float]:
    """Return the texts with their posteriors, whether no forbidden text is likelier than the reading, and its distance.

    The distance is how far (nats, tempered) the ink of the reading lies behind the clearest ink.

    The posterior is that of the tempered ink, bounded by ``ALLOWED_PER_LETTER``, and the prior. A text farther behind
    the clearest ink than ``ALLOWED`` never becomes the reading: it only takes its probability. The ink's remaining
    probability gets the mean prior of these texts.
    """
    clearest = int(ink.argmax())
    tempered = options.sharpness * (ink - ink[clearest])
    apart = np.array([max(1, Levenshtein.distance(texts[clearest], text)) for text in texts])
    weight = np.maximum(tempered, -ALLOWED_PER_LETTER * apart)
    is_allowed = tempered >= -np.minimum(ALLOWED, ALLOWED_PER_LETTER * apart)
    unseen = max(1.0 - float(np.exp(ink).sum()), _UNSEEN)
    known = known - known.max()
    share = np.exp(weight)
    rest = options.sharpness * (np.log(unseen) - ink[clearest]) + np.log(
        (share * np.exp(known)).sum() / share.sum()
    )
    scores = np.append(weight + known, rest)
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    reading = int(np.where(is_allowed, chances[:-1], -1.0).argmax())
    is_expected = bool(chances[:-1].max() <= chances[reading])
    if not is_expected:
        others = np.arange(len(texts)) != reading
        chances[:-1][others] = np.minimum(chances[:-1][others], _BEHIND * chances[reading])
    order = np.argsort(-chances[:-1], kind="stable")
    ranked = tuple(Hypothesis(texts[number], float(chances[number])) for number in order)
    return ranked, is_expected, -float(tempered[reading])


def words_apart(words: Sequence[str], others: Sequence[str]) -> int:
    """Return the number of differing words; a split word or a joined pair counts once."""
    return sum(
        max(1, min(step.src_end - step.src_start, step.dest_end - step.dest_start))
        for step in Levenshtein.opcodes(words, others)
        if step.tag != "equal"
    )


def log_prior(prior: Prior, text: str) -> float:
    """Return the log probability of a text by a prior (nats): of its words, and of the whole."""
    words = tuple(text.split())
    weights = (prior.word(words[max(0, place - 3) : place], word) for place, word in enumerate(words))
    return sum(weights) + prior.whole(text)


def _evidence(
    hypotheses: Sequence[Hypothesis], weighing: _Weighing, readings: Sequence[str], prior: Prior
) -> Evidence:
    best = hypotheses[0]
    letters = letter_chances(best.text, weighing.pivot, weighing.edits, weighing.gained)
    likeness = [Levenshtein.normalized_similarity(a, b) for a, b in combinations(readings, 2)]
    return Evidence(
        chance=best.chance,
        margin=best.chance - hypotheses[1].chance if len(hypotheses) > 1 else best.chance,
        optical=float(np.mean(letters)) if letters else 0.0,
        weakest=float(min(letters, default=0.0)),
        agreement=min(likeness, default=0.0),
        support=prior.support(best.text),
    )


def measure_text(emissions: Sequence[Emission], text: str) -> tuple[float, float]:
    """Return the mean and the least letter probability of a text by the ink of its line alone.

    They correspond to ``Evidence.optical`` and ``Evidence.weakest``.

    Args:
        text: A candidate text of the line.
    """
    columns = columns_of(emissions[0].letters)
    if not text or not all(letter in columns for letter in text):
        return 0.0, 0.0
    witnesses = [prepare_emission(emission) for emission in emissions]
    readings = [best_path(emission) for emission in emissions]
    different = tuple(dict.fromkeys(readings))
    trellises = build_trellises(witnesses, columns, different)
    pivot = trellises[0].pivot
    edits = propose_edits(pivot, trellises, different, "".join(columns), DecodingOptions(), "")
    known = set(edits)
    edits = (*edits, *(edit for edit in edits_between(pivot, text) if edit not in known))
    gained = edit_gains(trellises, columns, edits).mean(axis=0)
    letters = letter_chances(text, pivot, edits, gained)
    return float(np.mean(letters)), float(min(letters))


def score_texts(emissions: Sequence[Emission], texts: Sequence[str]) -> list[float]:
    """Return the log probability of each text by the ink of a line alone, averaged over the emissions.

    Args:
        texts: Candidate texts of the line.
    """
    witnesses = [prepare_emission(emission) for emission in emissions]
    scores = log_chances(witnesses, columns_of(emissions[0].letters), tuple(texts)).mean(axis=0)
    return [float(score) for score in scores]


def letter_chances(text: str, pivot: str, edits: Sequence[Edit], gained: Chances) -> tuple[float, ...]:
    """Return the probability of each letter of a text by the ink alone, against all edits that touch the letter.

    The probability of a missing pivot letter shows in the preceding letter (for the first letter, in the next).
    """
    weights = np.exp(np.minimum(gained, 50.0))
    starts = np.array([edit.start for edit in edits], np.intp)
    spans = np.array([max(1, edit.end - edit.start) for edit in edits], np.intp)
    touched = np.repeat(starts, spans) + np.arange(spans.sum()) - np.repeat(np.cumsum(spans) - spans, spans)
    rivals = np.bincount(touched, np.repeat(weights, spans), minlength=len(pivot) + 1)
    if pivot:
        rivals[len(pivot) - 1] += rivals[len(pivot)]
    worth = dict(zip(edits, weights.tolist(), strict=True))
    chances = [1.0 / (1.0 + rivals[place]) for place in range(len(pivot))]
    for edit in reversed(edits_between(pivot, text)):
        reached = worth.get(edit, 0.0)
        against = 1.0 + float(rivals[edit.start : max(edit.end, edit.start + 1)].max(initial=0.0))
        share = float(min(reached / max(against, reached, 1e-300), 1.0))
        chances[edit.start : edit.end] = [share] * len(edit.letters)
        if not edit.letters and chances:
            before = max(edit.start - 1, 0)
            chances[before] = min(chances[before], share)
    return tuple(map(float, chances))
