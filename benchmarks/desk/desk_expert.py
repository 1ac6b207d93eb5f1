"""A scripted expert at the desk, by keyboard alone: each field the shortest way to what stands on the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from playwright.sync_api import Page

from benchmarks.desk.keystroke_model import ACCEPT, ASKED, CHOOSE, GLANCE, STATUS, DeskAction, typed
from pipeline.base.model import FieldStatus
from pipeline.base.text.tones import folded
from pipeline.declarations.schema import Schemas
from pipeline.training.evaluation import BookTruth

PAUSE = 2000
"""Milliseconds before the last field of an entry: a person takes at least that long for all fields before, and the next
task is fetched meanwhile."""

READY = "#place:not([data-fresh]) :is(.field.current, .all:focus)"
"""What is in work once it takes a word."""

DRAFTS = "all => all.map((one) => [one.dataset.field, one.querySelector('textarea').value])"


def do_task(page: Page, truths: Mapping[str, BookTruth], schemas: Schemas, deeds: list[DeskAction]) -> None:
    """Finish the task in work, and wait for the next one or the end; ``deeds`` gets what was done, field by field.

    Args:
        truths: What stands on paper, by the name of the book's folder; of a page that is in none what was read stands.
    """
    task = page.locator(".task").get_attribute("data-task")
    truth = _truth_of(page, truths, schemas)
    while True:
        left = page.locator(".field:not(.done)").count()
        together = (
            page.locator(".lines .open").evaluate_all(DRAFTS) if page.locator(".all:focus").count() else []
        )
        wrong = _first_wrong(together, truth)
        is_last = left == (len(together) if together and wrong is None else 1)
        if is_last:
            page.wait_for_timeout(PAUSE)
        if together:
            deeds.extend(_glanced(page, len(together), truth, wrong))
        else:
            deeds.append(_done_next(page, truth))
        if is_last:
            break
        page.wait_for_function(
            "left => document.querySelectorAll('.field:not(.done)').length !== left", arg=left
        )
        page.locator(READY).first.wait_for()
    page.locator(f".task:not([data-task='{task}']), #place[data-again]").first.wait_for(timeout=60_000)


def _first_wrong(together: Sequence[Sequence[str]], truth: Mapping[str, str]) -> int | None:
    """The first of the fields that are shown together whose text is not what the paper says."""
    return next(
        (at for at, (name, text) in enumerate(together) if folded(truth.get(name, text)) != folded(text)),
        None,
    )


def _glanced(page: Page, count: int, truth: Mapping[str, str], wrong: int | None) -> list[DeskAction]:
    """Confirm the fields that are shown together, as many as are in sight with each key, or correct a wrong line."""
    if wrong is None:
        task, keys = page.locator(".task").get_attribute("data-task"), 0
        while page.locator(f".task[data-task='{task}'] .lines .open").count():
            page.locator(READY).first.wait_for()
            page.keyboard.press("Enter")
            keys += 1
            page.wait_for_timeout(50)
        return [*[GLANCE] * max(0, count - keys), *[ACCEPT] * min(count, keys)]
    for _ in range(wrong + 1):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    page.locator(READY).first.wait_for()
    deed = _done_next(page, truth)
    return [replace(deed, keys=deed.keys + wrong + 2)]


def _done_next(page: Page, truth: Mapping[str, str]) -> DeskAction:
    name = page.locator(".field.current").get_attribute("data-field") or ""
    return _done(page, truth.get(name))


def _done(page: Page, wanted: str | None) -> DeskAction:
    """Finish the field in work the shortest way to ``wanted`` (None: it is not known; what was read is taken)."""
    current = page.locator(".field.current")
    if not current.locator("textarea").count():
        page.keyboard.press("Enter")
        return ACCEPT
    given = current.locator("textarea").input_value()
    doubt = current.locator(".doubt:not([hidden])")
    if wanted == "" or (wanted is None and not given):
        page.keyboard.press("F3")
        if not current.locator(".doubt-blank:not([hidden])").count():
            return STATUS
        page.locator("#place:not([data-fresh], [data-refused])").wait_for()
        page.keyboard.press("F3")
        return ASKED
    if wanted is None or folded(given) == folded(wanted):
        page.keyboard.press("Control+Enter" if doubt.count() else "Enter")
        return ACCEPT
    for choice in current.locator(".choices button").all():
        if choice.get_attribute("data-status") == FieldStatus.READ and folded(
            choice.get_attribute("data-text") or ""
        ) == folded(wanted):
            page.keyboard.press(f"Alt+{choice.get_attribute('data-number')}")
            page.keyboard.press("Enter")
            return CHOOSE
    page.keyboard.insert_text(wanted)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+Enter" if doubt.count() else "Enter")
    return typed(wanted)


def _truth_of(page: Page, truths: Mapping[str, BookTruth], schemas: Schemas) -> Mapping[str, str]:
    """What stands on paper in the entry in work, by field."""
    article = page.locator(".task")
    record = schemas.record(article.get_attribute("data-record") or "")
    book, scan, page_no, row = (
        article.get_attribute(f"data-{name}") or "" for name in ("book", "scan", "page-no", "row")
    )
    truth = truths.get(book)
    entry = next(
        (
            entry
            for entry in (truth.entries if truth else ())
            if truth is not None
            and entry.page is not None
            and (truth.pages[entry.page].scan, truth.pages[entry.page].page_no) == (scan, int(page_no))
            and entry.row == int(row)
        ),
        None,
    )
    values = {} if entry is None else entry.values
    texts = {spec.name: values[spec.column] for spec in record.fields if spec.column in values}
    number = next((spec.name for spec in record.fields if spec.value_kind.is_entry_number), "")
    return {name: text.split("/")[0] if name == number else text for name, text in texts.items()}
