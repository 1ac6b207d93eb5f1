from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.base.model import Finding, PageKind, PageResult, Severity
from pipeline.declarations import schema
from pipeline.runs.form_alarm import FEWEST_PAGES, FormAlarm, find_form_alarm, form_alarm_sentence
from tests.registry.pages import page

FORMS = schema.load().forms


def fitting(count: int) -> list[PageResult]:
    return [page(page_no=number + 1) for number in range(count)]


def like(form: str, count: int) -> list[PageResult]:
    """So many pages that do not fit, most like a form (``""``: like none)."""
    finding = Finding("PAGE-FORM", Severity.REVIEW, (), {"words": "90", "form": form})
    return [replace(one, kind=PageKind.UNKNOWN, entries=(), findings=(finding,)) for one in fitting(count)]


def alarm(*results: Sequence[PageResult]) -> FormAlarm | None:
    return find_form_alarm("birth-2006", [one for some in results for one in some], FORMS)


def test_a_book_whose_pages_are_of_another_form_is_told_with_that_form() -> None:
    told = alarm(like("death-2006", 6), like("", 1), fitting(1))
    assert told == FormAlarm("birth-2006", "death-2006", FORMS["death-2006"].title, 7, 8)
    assert "giống mẫu death-2006" in form_alarm_sentence(told)
    assert "7 trong 8 trang" in form_alarm_sentence(told)


def test_pages_like_no_form_or_like_several_name_none() -> None:
    for some in (like("", 6), [*like("death-2006", 3), *like("marriage-2006", 3)], like("gone", 6)):
        told = alarm(some)
        assert told is not None
        assert told.likeliest == ""
        assert "không giống mẫu nào" in form_alarm_sentence(told)


def test_a_few_pages_and_a_few_among_many_are_no_alarm() -> None:
    assert alarm(like("death-2006", FEWEST_PAGES - 1)) is None
    assert alarm(like("death-2006", 4), fitting(5)) is None
    assert alarm(fitting(8)) is None


def test_blank_pages_and_covers_have_no_say() -> None:
    beside = [replace(one, kind=PageKind.BLANK, entries=()) for one in fitting(9)]
    assert alarm(like("death-2006", FEWEST_PAGES), beside) is not None
