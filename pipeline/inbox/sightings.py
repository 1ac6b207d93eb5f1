"""What was seen in an inbox and is not taken yet: since when it is still, and the number it was given.

Every file gets a running number of its scanner and day when it is first seen, before anything is done with it. So
numbers without an outcome are those that wait, and none can be missing.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.inbox.arrivals import Arrival, Stamp
from pipeline.inbox.folders import replace_text
from pipeline.localtime import iso_date

Key = tuple[str, int]
"""Day and number of a delivery; with the scanner's name it is unique."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A delivery that waits. Times in seconds since 1970. ``code`` and ``message``: why it was not taken when it was
    last tried, with the stamp it had then; ``missing_since``: since when it is gone from the inbox, if it is."""

    day: str
    serial: int
    name: str
    stamp: Stamp
    first_seen: float
    still_since: float
    unfinished: bool = False
    missing_since: float | None = None
    code: str = ""
    message: str = ""

    @property
    def key(self) -> Key:
        return self.day, self.serial

    def still_for(self, now: float) -> float:
        """Seconds since it last changed."""
        return now - self.still_since


@dataclass(frozen=True, slots=True)
class Sightings:
    """All deliveries of a scanner that wait, in the order of their numbers. ``numbered``: the highest number given on
    each day; ``marked``: whether the inbox bore its marker once."""

    waiting: tuple[Sighting, ...] = ()
    numbered: dict[str, int] = field(default_factory=dict)
    marked: bool = False


def load(path: Path) -> Sightings:
    """What the last run left; nothing where there was none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Sightings()
    waiting = (Sighting(**{**one, "stamp": Stamp(**one["stamp"])}) for one in told["waiting"])
    return Sightings(tuple(waiting), dict(told["numbered"]), bool(told["marked"]))


def save(path: Path, sightings: Sightings) -> None:
    """Keep them for the next run. Raises ``StorageError``."""
    replace_text(path, json.dumps(dataclasses.asdict(sightings)))


def seen(
    before: Sightings, arrivals: Iterable[Arrival], now: float, still_seconds: float
) -> tuple[Sightings, tuple[Sighting, ...]]:
    """The sightings after a look at the inbox, and those that were withdrawn: gone for ``still_seconds`` under every
    name.

    A file that changed, or bears another name, is still from now on; so is everything after a clock that went back.
    """
    old = {one.name: one for one in before.waiting}
    by_file = {(one.stamp.device, one.stamp.inode): one for one in before.waiting}
    present = list(arrivals)
    names = {one.name for one in present}
    waiting: list[Sighting] = []
    new: list[Arrival] = []
    for arrival in present:
        one = old.get(arrival.name)
        if one is None:
            renamed = by_file.pop((arrival.stamp.device, arrival.stamp.inode), None)
            one = renamed if renamed is not None and renamed.name not in names else None
        if one is None:
            new.append(arrival)
        else:
            waiting.append(_again(one, arrival, now))
    found = {one.key for one in waiting}
    withdrawn: list[Sighting] = []
    for one in before.waiting:
        if one.key not in found:
            since = now if one.missing_since is None else min(one.missing_since, now)
            gone = now - since >= still_seconds and one.missing_since is not None
            (withdrawn if gone else waiting).append(replace(one, missing_since=since))
    day, numbered = iso_date(now), dict(before.numbered)
    for arrival in new:
        numbered[day] = numbered.get(day, 0) + 1
        waiting.append(
            Sighting(day, numbered[day], arrival.name, arrival.stamp, now, now, arrival.unfinished)
        )
    waiting.sort(key=lambda one: one.key)
    return Sightings(tuple(waiting), numbered, before.marked), tuple(withdrawn)


def _again(one: Sighting, arrival: Arrival, now: float) -> Sighting:
    as_it_was = one.stamp == arrival.stamp and one.name == arrival.name and one.still_since <= now
    if as_it_was and one.missing_since is None:
        return one
    if as_it_was:
        return replace(one, missing_since=None)
    return replace(
        one,
        name=arrival.name,
        stamp=arrival.stamp,
        unfinished=arrival.unfinished,
        still_since=now,
        missing_since=None,
        code="",
        message="",
    )
