"""How likely a word follows others: runs of up to four words, counted by sound over lines."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.base.text.syllables import phonetic_key
from pipeline.recognition.decoding.language_model import GRAIN, NUMBER, START, packed

DISCOUNT = 0.75


def model_of(lines: Iterator[tuple[str, ...]], least: Sequence[int]) -> dict[str, NDArray[Any]]:
    """Counts runs of up to four words by sound and stores their log chances and fallbacks (absolute discounting)."""
    spelt: dict[str, Counter[str]] = {}
    counts: list[Counter[tuple[str, ...]]] = [Counter() for _ in range(4)]
    for line in lines:
        words = [START, *(NUMBER if any(c.isdigit() for c in word) else word for word in line)]
        sounds = [phonetic_key(word) for word in words]
        for heard, word in zip(sounds, words, strict=True):
            spelt.setdefault(heard, Counter())[word] += 1
        for size in range(1, 5):
            for end in range(max(size, 2), len(sounds) + 1):
                counts[size - 1][tuple(sounds[end - size : end])] += 1
    heard_words = sorted(spelt, key=lambda heard: -counts[0][(heard,)])
    number = {heard: place for place, heard in enumerate(heard_words, 1)}
    chances, fallbacks = _smoothed(counts, least, phonetic_key(START))
    keys = sorted(chances, key=lambda run: packed([number[heard] for heard in run]))
    followed = [place for place, run in enumerate(keys) if run in fallbacks]
    steps = np.array([packed([number[heard] for heard in run]) for run in keys], np.uint64)
    return {
        "words": np.frombuffer(
            "\n".join(spelt[heard].most_common(1)[0][0] for heard in heard_words).encode(), np.uint8
        ),
        "steps": np.diff(steps, prepend=np.uint64(0)),
        "chances": _grains([chances[run] for run in keys]),
        "followed": np.array(followed, np.uint32),
        "fallbacks": _grains([fallbacks[keys[place]] for place in followed]),
    }


def _smoothed(
    counts: Sequence[Counter[tuple[str, ...]]], least: Sequence[int], start: str
) -> tuple[dict[tuple[str, ...], float], dict[tuple[str, ...], float]]:
    total = sum(counts[0].values()) + 50
    chance = {run: (count + 0.05) / total for run, count in counts[0].items()}
    chance[(start,)] = 1e-6
    fallback: dict[tuple[str, ...], float] = {}
    for size in range(2, 5):
        seen: Counter[tuple[str, ...]] = Counter()
        kept: dict[tuple[str, ...], float] = {}
        left: dict[tuple[str, ...], float] = {}
        for run, count in counts[size - 1].items():
            seen[run[:-1]] += count
        for run, count in counts[size - 1].items():
            if count >= least[size - 1] and run[:-1] in chance:
                kept[run] = (count - DISCOUNT) / seen[run[:-1]]
                left[run[:-1]] = left.get(run[:-1], 1.0) - kept[run]
        fallback.update(left)
        chance.update(
            {run: share + left[run[:-1]] * _lower(run[1:], chance, fallback) for run, share in kept.items()}
        )
    logs = {run: math.log(value) for run, value in chance.items()}
    return logs, {run: math.log(max(value, 1e-6)) for run, value in fallback.items()}


def _lower(
    run: tuple[str, ...], chance: dict[tuple[str, ...], float], fallback: dict[tuple[str, ...], float]
) -> float:
    weight = 1.0
    while run not in chance and len(run) > 1:
        weight *= fallback.get(run[:-1], 1.0)
        run = run[1:]
    return weight * chance.get(run, 1e-6)


def _grains(logs: Sequence[float]) -> NDArray[np.uint8]:
    return np.array([min(255, max(0, round(-log * GRAIN))) for log in logs], np.uint8)
