"""Whether the form that a book declares is the right one, by the pages that were read of it.

A page of another form is never read by the declared one: it waits as ``PAGE-FORM``, with the form that it is most like.
When that happens on page after page it is the declaration that is wrong, which one alarm says in place of many tasks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.base.model import PageKind, PageResult
from pipeline.declarations.schema import Form

FEWEST_PAGES = 5
"""Pages of a form, its own or another, that must have been seen."""

MOST_SHARE = 0.5
"""From what share of them on pages of no declared form are an alarm."""

OTHER_FORM = "PAGE-FORM"


@dataclass(frozen=True, slots=True)
class FormAlarm:
    """The declared form of a book does not fit its pages.

    Attributes:
        declared: The form that the book declares.
        likeliest: The form that most of the pages which do not fit are like; ``""`` where they are like none.
        title: The title of that form.
        pages: How many pages do not fit.
        seen: How many pages of a form were seen, blank ones and covers left out.
    """

    declared: str
    likeliest: str
    title: str
    pages: int
    seen: int


def find_form_alarm(
    declared: str, results: Iterable[PageResult], forms: Mapping[str, Form]
) -> FormAlarm | None:
    """Return the alarm of a book, ``None`` where its form fits or too few pages tell.

    Args:
        declared: The form that the book declares.
        results: What was read of its pages.
        forms: All forms by their id.
    """
    others: list[str] = []
    fitting = 0
    for result in results:
        details = next((one.details for one in result.findings if one.code == OTHER_FORM), None)
        if details is not None:
            others.append(details.get("form", ""))
        elif result.kind is PageKind.ENTRIES:
            fitting += 1
    seen = fitting + len(others)
    if seen < FEWEST_PAGES or len(others) < MOST_SHARE * seen:
        return None
    named, count = Counter(others).most_common(1)[0]
    likeliest = named if named in forms and 2 * count > len(others) else ""
    title = forms[likeliest].title if likeliest else ""
    return FormAlarm(declared, likeliest, title, len(others), seen)


def form_alarm_sentence(alarm: FormAlarm) -> str:
    """Return what is wrong and what to do, in Vietnamese."""
    found = (
        f"{alarm.pages} trong {alarm.seen} trang không khớp mẫu {alarm.declared} đã khai nên chưa được đọc"
    )
    if alarm.likeliest:
        return (
            f"sổ này giống mẫu {alarm.likeliest} ({alarm.title}) hơn: {found}. "
            "Hãy xem lại mẫu của sổ rồi đọc lại."
        )
    return (
        f"sổ này không giống mẫu nào đã có: {found}. "
        "Hãy xem lại mẫu của sổ, hoặc lập mẫu mới từ vài trang của sổ."
    )
