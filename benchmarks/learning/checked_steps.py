"""Waiting, accepted and wrongly accepted values after a number of checked entries of a book."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.learning.learning_books import LearningBook
from benchmarks.learning.simulated_reviewer import BookOnPaper, EntryKey
from benchmarks.learning.waiting_values import groups_of, waiting_values
from pipeline.base.model import FieldStatus
from pipeline.books.book_context.teaching_entries import teaching_entries
from pipeline.recognition.calibration import upper_bound

STEPS = (0, 5, 10, 20, 40)
ORDERS = {"teaching": "học nhanh trước", "paper": "theo trang"}

Step = Mapping[str, Any]
"""The figures after a number of checked entries."""


def ordered(paper: BookOnPaper, order: str) -> list[EntryKey]:
    """Return the entries of a book in the order in which the desk hands them out."""
    keys = list(paper.entries)
    if order == "paper":
        return keys
    answered = paper.answer([])
    pages = [answered.weighed_page(page.ref) for page in paper.read]
    first = [key for key in teaching_entries(pages, paper.record) if key in paper.entries]
    return [*first, *(key for key in keys if key not in set(first))]


def steps_of(
    paper: BookOnPaper, keys: Sequence[EntryKey], rate: float, drawn: random.Random
) -> list[Mapping[str, Any]]:
    """Return what waits, and what left the queue, after each number of checked entries.

    Args:
        keys: Its entries in the order in which they are checked.
        rate: The share of values that the reviewer decides wrongly.
        drawn: Draws the mistakes.
    """
    mistakes = paper.mistakes(keys, rate, drawn)
    steps: list[Mapping[str, Any]] = []
    for step in (step for step in STEPS if step < len(keys)):
        decided, left = keys[:step], keys[step:]
        answered = paper.answer(decided, mistakes)
        waiting = list(waiting_values(answered, left))
        clear = [(key, answer) for key in left for answer in answered.clear(key)]
        repeated = sum(
            answer.field not in {known.reading.field for known in answered.clear(key)}
            for key in left
            for answer in answered.waiting_in_pools(key)
        )
        wrong = sum(not paper.is_right(key, answer.reading) for key, answer in clear)
        readings = [(key, reading) for key in left for reading in answered.weighed(key).readings]
        accepted = [reading for reading in readings if reading[1].accepted]
        steps.append(
            {
                "checked": step,
                "left": len(left),
                "fields": sum(answer.status is not FieldStatus.NOT_ON_FORM for _, answer in readings),
                "waiting": len(waiting),
                "keys": sum(answer.keys for answer in waiting),
                "repeated": repeated,
                "clear": len(clear),
                "clear_wrong": wrong,
                "accepted": sum(answer.status is not FieldStatus.NOT_ON_FORM for _, answer in accepted),
                "accepted_wrong": sum(not paper.is_right(key, reading) for key, reading in accepted),
                "mistakes": sum(name[:2] in set(decided) for name in mistakes),
                "groups": groups_of(waiting, len(left)),
            }
        )
    return [_with_shares(answer) for answer in steps]


def summed(steps: Sequence[Sequence[Step]]) -> list[Step]:
    """Return the figures of several books together, step by step, as far as all of them go."""
    return [
        _with_shares(
            {"checked": some[0]["checked"]} | {name: sum(step[name] for step in some) for name in _COUNTS}
        )
        for some in zip(*steps, strict=False)
    ]


_COUNTS = (
    "left", "fields", "waiting", "keys", "repeated", "clear", "clear_wrong", "accepted", "accepted_wrong",
    "mistakes",
)  # fmt: skip


def _with_shares(counted: Step) -> Step:
    """Return the figures of a step with the figures of an entry, the values off the queue, and its most errors."""
    left, gone = counted["left"], counted["accepted"] + counted["clear"]
    wrong = counted["accepted_wrong"] + counted["clear_wrong"]
    return {
        **counted,
        "waiting_an_entry": counted["waiting"] / left,
        "waiting_repeated": counted["repeated"] / left,
        "keys_an_entry": counted["keys"] / left,
        "done": gone / counted["fields"] if counted["fields"] else None,
        "done_wrong": wrong,
        "done_most_wrong": upper_bound(gone, wrong) if gone else None,
        "clear_most_wrong": upper_bound(counted["clear"], counted["clear_wrong"])
        if counted["clear"]
        else None,
    }


def figures_of_book(
    book: LearningBook, seed: int, reviewers: Mapping[str, float], orders: Sequence[str]
) -> dict[str, Any]:
    """Return the steps of a book by order and reviewer, ``teaching-erring`` for example.

    Args:
        seed: Draws the mistakes.
        reviewers: The share of values that each reviewer decides wrongly.
        orders: Names of ``ORDERS``.
    """
    figures: dict[str, Any] = {}
    for order in orders:
        keys = ordered(book.paper, order)
        for name, rate in reviewers.items():
            steps = steps_of(book.paper, keys, rate, random.Random(seed))
            figures[f"{order}-{name}"] = [_without_groups(step) if figures else step for step in steps]
    return figures


def _without_groups(step: Step) -> Step:
    """Return the figures of a step without the waiting values and their reasons, which are reported once a book."""
    return {name: value for name, value in step.items() if name != "groups"}
