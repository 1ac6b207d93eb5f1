"""From the emissions of a line to ranked readings and the evidence for the best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
from pipeline.recognition.decoding.priors import LIMIT, Prior
from pipeline.recognition.decoding.trellis import build_trellises, log_chances

_TERMS = 10
"""How many terms of a list are scored: those most like what is read."""

_CLEAR = 0.97
"""A word whose letters are all likelier than this is not compared with known ones."""

_UNSEEN = 1e-4
"""The least probability left to readings that were not scored."""


@dataclass(frozen=True, slots=True)
class DecodedLine:
    """The readings of a line.

    Attributes:
        hypotheses: The n-best list, and the best path of each emission, however unlikely. What their probabilities lack
            to 1 belongs to readings that were not scored.
        evidence: The evidence for the first hypothesis.
        proposed: The first hypothesis is a proposal to a person; its evidence proves nothing.
    """

    hypotheses: tuple[Hypothesis, ...]
    evidence: Evidence
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class _Weighing:
    """The edits of a pivot and the gain of each (log, mean over the emissions)."""

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
        emissions: One or more with the same letters, each with its own steps.
        prior: What is known of the field.
        options: How far to search.
        shares: What each emission counts beside the others; all alike by default.

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
    tried = dict.fromkeys((*ranked[: options.rescored], *readings, *_terms_like(readings, prior, letters)))
    ink = np.average(log_chances(witnesses, columns, tuple(tried)), axis=0, weights=shares)
    known = [beliefs[text] if text in beliefs else _belief(prior, text) for text in tried]
    hypotheses = _ranked(tuple(tried), ink, np.array(known), options)
    shown = hypotheses[: options.hypotheses]
    shown += tuple(
        found for found in hypotheses[options.hypotheses :] if found.text and found.text in readings
    )
    return DecodedLine(shown, _evidence(hypotheses, weighing, readings, prior))


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
    """Return edits that put known words for doubtful ones of the pivot, as far as they are new."""
    letters = letter_chances(pivot, pivot, edits, gained)
    found: dict[Edit, None] = {}
    others = set(edits)
    words = list(re.finditer(r"\S+", pivot))
    around = ["", *(match.group() for match in words), ""]
    for place, match in enumerate(words):
        if min(letters[match.start() : match.end()]) > _CLEAR:
            continue
        for known in prior.near(*around[place : place + 3]):
            edit = trim_edit(Edit(match.start(), match.end(), known), pivot)
            if all(letter in columns for letter in edit.letters):
                found[edit] = None
    return tuple(edit for edit in found if edit not in others and (edit.letters or edit.start < edit.end))


def _terms_like(readings: Sequence[str], prior: Prior, letters: str) -> tuple[str, ...]:
    """Return the terms most like what is read, in the cases people write."""
    if not prior.terms:
        return ()
    seen = [folded(reading) for reading in readings]
    near = sorted(prior.terms, key=lambda term: -max(fuzz.ratio(folded(term), text) for text in seen))
    cased = (case for term in near[:_TERMS] for case in (term, term.lower(), term.title(), term.upper()))
    return tuple(term for term in dict.fromkeys(cased) if all(letter in letters for letter in term))


def _ranked(
    texts: tuple[str, ...], ink: Chances, beliefs: Chances, options: DecodingOptions
) -> tuple[Hypothesis, ...]:
    """Return the texts with their posteriors. What the ink leaves to other texts is weighed like the mean of these."""
    known = _bounded(texts, int(ink.argmax()), beliefs)
    weight = options.sharpness * ink
    unseen = max(1.0 - float(np.exp(ink).sum()), _UNSEEN)
    top = float(weight.max())
    share = np.exp(weight - top)
    rest = options.sharpness * np.log(unseen) + np.log((share * np.exp(known)).sum() / share.sum())
    scores = np.append(weight + known, rest)
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    order = np.argsort(-chances[:-1], kind="stable")
    return tuple(Hypothesis(texts[number], float(chances[number])) for number in order)


def _bounded(texts: tuple[str, ...], clearest: int, known: Chances) -> Chances:
    """Return the prior of each text against that with the clearest ink, at most ``LIMIT`` for each different word.

    So no lexicon outweighs clear ink.
    """
    words = texts[clearest].split()
    most = LIMIT * np.array([words_apart(words, text.split()) for text in texts])
    bounded: Chances = np.minimum(known - known[clearest], most)
    return bounded


def words_apart(words: Sequence[str], others: Sequence[str]) -> int:
    """Return how many words differ; a word cut in two, or two joined, count once."""
    return sum(
        max(1, min(step.src_end - step.src_start, step.dest_end - step.dest_start))
        for step in Levenshtein.opcodes(words, others)
        if step.tag != "equal"
    )


def _belief(prior: Prior, text: str) -> float:
    """Return the whole prior of a text (nats)."""
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
    """Return the mean and the least probability of the letters of a text by the ink of its line alone.

    They mean what ``Evidence.optical`` and ``Evidence.weakest`` do.

    Args:
        emissions: The emissions of the line, with the same letters.
        text: A text that the line may have.
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
    """Return the log probability of each text by the ink of a line alone, the mean over its emissions.

    Args:
        emissions: The emissions of the line, with the same letters.
        texts: What the line may say.
    """
    witnesses = [prepare_emission(emission) for emission in emissions]
    scores = log_chances(witnesses, columns_of(emissions[0].letters), tuple(texts)).mean(axis=0)
    return [float(score) for score in scores]


def letter_chances(text: str, pivot: str, edits: Sequence[Edit], gained: Chances) -> tuple[float, ...]:
    """Return for each letter of a text its probability by the ink alone, against all edits that touch it.

    The probability that a letter of the pivot is left out shows in the letter before it (at the beginning, behind it).
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
