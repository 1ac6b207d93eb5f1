"""How far the decoder looks and how it weighs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DecodingOptions:
    """``least_seen``: chance from which a letter at a step is proposed (``least_asked``: one that a grammar
    asks for, ``least_block``: one that may stand for two letters); ``edits``: proposals a witness; ``variants``
    a word, ``beam`` lines kept on the way, ``joins`` ways to join or part neighbouring words, ``rescored``
    lines weighed exactly, ``hypotheses`` told; ``hopeless``: log chance below the pivot under which an edit is
    dropped; ``sharpness``: how much of the ink's log chance counts (below 1: networks are surer than right)."""

    least_seen: float = 0.003
    least_asked: float = 1e-5
    least_block: float = 0.05
    edits: int = 90
    variants: int = 8
    beam: int = 16
    joins: int = 3
    rescored: int = 12
    hypotheses: int = 8
    hopeless: float = -12.0
    sharpness: float = 0.8
