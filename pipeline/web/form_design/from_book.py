"""A draft from pages of a book that fit no declared form: pages of equal aspect ratio, spread over the book."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress

from pipeline.base.files import FileRefused, read_regular_file
from pipeline.form_design.design import Design
from pipeline.form_design.draft import DraftRefused, FormDraft
from pipeline.form_design.drafts import MOST_PAGES
from pipeline.registry.accounts.model import Session
from pipeline.registry.books.model import UnfitPage
from pipeline.registry.statistics.book_states import BookState
from pipeline.web.context import Site
from pipeline.web.form_design.beginning import begin_draft, free_id, own_forms
from pipeline.web.form_design.form_desk import MOST_FILE_BYTES

SAME_SHAPE = 0.05
"""Largest difference of the logarithmic aspect ratios of two pages of one form."""

FEWEST_PAGES = 3
"""Smallest number of pages that suggest a form rather than single misread pages."""

TOO_FEW = "Sổ này không có ít nhất {fewest} trang cùng khổ mà không giống mẫu nào. Hãy tải lại trang."
NO_SCANS = "Không mở được bản quét nào của các trang ấy trong kho. Hãy báo người quản trị máy."


def pages_of_one_form(pages: Sequence[UnfitPage]) -> tuple[UnfitPage, ...]:
    """Return the largest group of pages of one aspect ratio that resemble no declared form; none if it is too small.

    Args:
        pages: The unfit pages of a book, in order.
    """
    groups: list[list[UnfitPage]] = []
    for page in pages:
        if page.like or min(page.size) <= 0:
            continue
        group = next(
            (group for group in groups if abs(_log_aspect(page) - _log_aspect(group[0])) <= SAME_SHAPE),
            None,
        )
        if group is None:
            groups.append([page])
        else:
            group.append(page)
    largest = max(groups, key=len, default=[])
    return tuple(largest) if len(largest) >= FEWEST_PAGES else ()


def specimens_of(pages: Sequence[UnfitPage]) -> tuple[UnfitPage, ...]:
    """Return at most as many pages as a draft holds, spread over the book, since neighbours repeat names and places."""
    if len(pages) <= MOST_PAGES:
        return tuple(pages)
    step = (len(pages) - 1) / (MOST_PAGES - 1)
    return tuple(pages[round(step * number)] for number in range(MOST_PAGES))


def begin_from_book(site: Site, session: Session, book: BookState) -> FormDraft:
    """Begin a draft with pages of a book, or return the person's unsaved draft from the same book.

    Args:
        book: A book that the person may see.

    Raises:
        DraftRefused: Too few pages fit no form, or their scans are missing.
    """
    origin = f"book:{book.book_id}"
    for draft in site.forms.listed(session.person):
        if (draft.origin, draft.author, draft.saved_as) == (origin, session.person.login, 0):
            return draft
    pages = pages_of_one_form(site.registry.unfit_pages(book.book_id))
    if not pages:
        raise DraftRefused(TOO_FEW.format(fewest=FEWEST_PAGES))
    files = _files(site, specimens_of(pages))
    if not files:
        raise DraftRefused(NO_SCANS)
    year = site.registry.known_book(book.book_id).ledger.year
    design = Design.model_validate(
        {
            "id": free_id(site, f"{book.record}-{year}".replace("_", "-")),
            "record": book.record,
            "title": f"{site.forms.declared.record(book.record).title}, quyển {book.volume}",
            "years": (year, year),
            "paper_mm": (210.0, 297.0),
            "frame": (0.05, 0.05, 0.95, 0.95),
        }
    )
    draft = begin_draft(site, session, design, book.place_code, origin, own_forms(site).base(design.id))
    for (name, sha256), (content, page_nos) in files.items():
        draft = site.forms.drafts.add_pages(draft.draft_id, name, content, sha256, page_nos)
    site.registry.note_view(
        session.person,
        "form-page-sent",
        f"form-draft:{draft.draft_id}",
        {"book": str(book.book_id), "pages": str(len(draft.specimens))},
    )
    return draft


def _files(site: Site, pages: Sequence[UnfitPage]) -> dict[tuple[str, str], tuple[bytes, list[int]]]:
    """Return the readable scans of the pages, by name and SHA-256, with the numbers of these pages."""
    pages_by_scan: dict[tuple[str, str], list[int]] = defaultdict(list)
    for page in pages:
        pages_by_scan[page.scan, page.ref.scan_sha256].append(page.ref.page_no)
    files = {}
    for (name, sha256), page_nos in pages_by_scan.items():
        path = site.forms.stored(sha256)
        if path is not None:
            with suppress(OSError, FileRefused):
                files[name, sha256] = read_regular_file(path, MOST_FILE_BYTES), page_nos
    return files


def _log_aspect(page: UnfitPage) -> float:
    return math.log(page.size[0] / page.size[1])
