"""The emissions of a line in a few hundred bytes, close enough to weigh texts on them again.

Of each step the likeliest letters are kept, their log probabilities in one byte; runs of steps that say nothing are one
step, as the trellis has them. What the kept letters leave of the probability is spread over the others.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.decoding.emission import FLOOR, Chances, Emission, prepare_emission

MOST_LETTERS = 8
"""How many letters of a step are kept."""

LEAST = 1e-3
"""The probability from which a letter is kept; the likeliest always is."""

_DEEPEST = -float(np.log(FLOOR))
_LEVELS = 255
_HEAD = struct.Struct("<BH")
_STEPS = struct.Struct("<HI")
_MOST_COLUMNS = 256


def pack_emissions(emissions: Sequence[Emission]) -> bytes:
    """Return the emissions of one line, packed; ``b""`` for none, and for an alphabet of more than 255 letters.

    Args:
        emissions: What the networks saw of the line, with the same letters.
    """
    if not emissions or len(emissions[0].letters) >= _MOST_COLUMNS:
        return b""
    letters = emissions[0].letters.encode()
    parts = [_HEAD.pack(len(emissions), len(letters)), letters]
    for emission in emissions:
        chances = prepare_emission(emission)[1:-1, :-2]
        steps, columns = _kept(chances)
        seen = chances[steps, columns]
        levels = np.round(_LEVELS * np.sqrt(-np.log(np.clip(seen, FLOOR, 1.0)) / _DEEPEST))
        parts += [
            _STEPS.pack(len(chances), len(steps)),
            np.bincount(steps, minlength=len(chances)).astype(np.uint8).tobytes(),
            columns.astype(np.uint8).tobytes(),
            levels.astype(np.uint8).tobytes(),
        ]
    return b"".join(parts)


def _kept(chances: Chances) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the steps and columns of the letters that are kept, by step, the likeliest first."""
    is_kept = chances >= LEAST
    is_kept[np.arange(len(chances)), chances.argmax(axis=1)] = True
    steps, columns = np.nonzero(is_kept)
    order = np.lexsort((-chances[steps, columns], steps))
    ends = np.cumsum(np.bincount(steps, minlength=len(chances)))
    rank = np.arange(len(steps)) - np.append(0, ends)[steps]
    first = order[rank < MOST_LETTERS]
    return steps[first], columns[first]


def unpack_emissions(packed: bytes) -> tuple[Emission, ...]:
    """Return the emissions that were packed, none for ``b""``.

    Raises:
        ValueError: The bytes are no packed emissions.
    """
    if not packed:
        return ()
    try:
        return tuple(_unpacked(packed))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError("these bytes are no packed emissions") from error


def _unpacked(packed: bytes) -> list[Emission]:
    count, length = _HEAD.unpack_from(packed)
    at = _HEAD.size + length
    letters = packed[_HEAD.size : at].decode()
    found = []
    for _ in range(count):
        steps, total = _STEPS.unpack_from(packed, at)
        at += _STEPS.size
        if len(packed) < at + steps + 2 * total:
            raise ValueError("packed emissions that are cut short")
        kept, columns, levels = (
            np.frombuffer(packed, np.uint8, size, start)
            for size, start in ((steps, at), (total, at + steps), (total, at + steps + total))
        )
        at += steps + 2 * total
        found.append(Emission(_log_chances(kept, columns, levels, 1 + len(letters)), letters))
    return found


def _log_chances(
    kept: NDArray[np.uint8], columns: NDArray[np.uint8], levels: NDArray[np.uint8], width: int
) -> NDArray[np.float32]:
    steps = np.repeat(np.arange(len(kept)), kept)
    chances = np.exp(-_DEEPEST * (levels / _LEVELS) ** 2)
    sums = np.bincount(steps, chances, minlength=len(kept))
    left = np.clip(1.0 - sums, 0.0, LEAST * (width - kept)) / np.maximum(width - kept, 1)
    whole = np.repeat(np.maximum(left, FLOOR)[:, None], width, axis=1)
    whole[steps, columns] = chances
    logs: NDArray[np.float32] = np.log(whole).astype(np.float32)
    return logs
