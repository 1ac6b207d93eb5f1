"""Endless lines of synthetic handwriting with their texts."""

from __future__ import annotations

import numpy as np

from pipeline.synth.people import happens
from pipeline.training import texts
from pipeline.training.hands import Hand
from pipeline.training.inking import written
from pipeline.training.line import TrainingLine
from pipeline.training.pens import Pens
from pipeline.training.surroundings import pictured


def synthetic_line(rng: np.random.Generator, pens: Pens) -> TrainingLine:
    """A line in some writer's hand, as cut from some page; the same for the same state of ``rng`` and the same pens."""
    text = texts.text(rng)
    hand = Hand.drawn(rng, pens, shouting=text.isupper() and len(text) > 3)
    ink = written(text, hand, rng)
    beyond = written(texts.text(rng)[:18].strip(), hand, rng) if happens(rng, 0.25) else None
    return TrainingLine(pictured(ink, beyond, hand.unit, rng), text)
