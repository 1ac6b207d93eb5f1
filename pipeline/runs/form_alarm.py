"""A check of the form that a book declares against its pages.

A page of another form is never read by the declared form: it waits as ``PAGE-FORM`` with the most similar form. If this
happens on many pages, the declaration is wrong, and an alarm replaces many tasks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.base.model import PageKind, PageResult
from pipeline.declarations.schema import Form

FEWEST_PAGES = 5
"""Least number of pages with any form for an alarm."""

MOST_SHARE = 0.5
"""Share of pages with another form from which an alarm is raised."""

OTHER_FORM = "PAGE-FORM"


@dataclass(frozen=True, slots=True)
class FormAlarm:
    """An alarm: the declared form of a book does not fit its pages.

    Attributes:
        likeliest: The most frequent similar form of the pages that do not fit; ``""`` if there is none.
        pages: Number of pages that do not fit.
        seen: Number of pages with any form, without blank pages and covers.
    """

    declared: str
    likeliest: str
    title: str
    pages: int
    seen: int


def find_form_alarm(
    declared: str, results: Iterable[PageResult], forms: Mapping[str, Form]
) -> FormAlarm | None:
    """Return the alarm of a book; ``None`` if its form fits or too few pages were read.

    Args:
        forms: All forms by their id.
    """
    others: list[str] = []
    fitting = 0
    for result in results:
        details = next((finding.details for finding in result.findings if finding.code == OTHER_FORM), None)
        if details is not None:
            others.append(details.get("form", ""))
        elif result.kind is PageKind.ENTRIES:
            fitting += 1
    seen = fitting + len(others)
    if seen < FEWEST_PAGES or len(others) < MOST_SHARE * seen:
        return None
    most_similar, count = Counter(others).most_common(1)[0]
    likeliest = most_similar if most_similar in forms and 2 * count > len(others) else ""
    title = forms[likeliest].title if likeliest else ""
    return FormAlarm(declared, likeliest, title, len(others), seen)


def form_alarm_sentence(alarm: FormAlarm) -> str:
    """Return what is wrong and what to do, in Vietnamese."""
    counts = (
        f"{alarm.pages} trong {alarm.seen} trang không khớp mẫu {alarm.declared} đã khai nên chưa được đọc"
    )
    if alarm.likeliest:
        return (
            f"sổ này giống mẫu {alarm.likeliest} ({alarm.title}) hơn: {counts}. "
            "Hãy xem lại mẫu của sổ rồi đọc lại."
        )
    return (
        f"sổ này không giống mẫu nào đã có: {counts}. "
        "Hãy xem lại mẫu của sổ, hoặc lập mẫu mới từ vài trang của sổ."
    )
