"""A book's first pages teach its plate, the others are placed by it. The reading of pages is faked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.base.errors import BrokenScan, ScanError
from pipeline.base.model import PageRef, PageResult
from pipeline.declarations.schema import Form
from pipeline.layout.imaging.form_template import FormTemplate
from pipeline.runs.template_learning import (
    FIRST_PAGES,
    FURTHER_PAGES,
    LEARNT,
    MIN_UNREAD,
    TEACHING_PAGES,
    KeptTemplate,
    read_in_rounds,
)
from pipeline.runs.workers import PageJob
from pipeline.scans.intake import ScanFile
from tests.fake_audit import FakeAudit
from tests.layout.imaging.form_templates import SCHEMAS, sheets, view
from tests.registry.pages import page

FORM = SCHEMAS.form("birth-2006")
SCAN = ScanFile(Path("a.pdf"), "a" * 64, 1)


@dataclass
class Reader:
    """Notes the jobs of each round; pages that teach give a view, one in five and the unread ones cannot be read."""

    rounds: list[list[PageJob]] = field(default_factory=list)
    unread: range = range(0)

    def read(self, jobs: Iterable[PageJob]) -> Iterator[tuple[PageJob, PageResult | ScanError]]:
        self.rounds.append(list(jobs))
        for job in self.rounds[-1]:
            if job.page_no % 5 == 0 or job.page_no in self.unread:
                yield job, BrokenScan("hỏng")
            else:
                result = page(scan=job.scan.sha256, page_no=job.page_no)
                seen = view(sheets("birth-2006")[job.page_no % 5]) if job.teach else None
                yield job, replace(result, view=seen)


def jobs(count: int) -> list[PageJob]:
    return [PageJob(SCAN, number) for number in range(1, count + 1)]


AUDIT = FakeAudit()
"""One for all tests; each has files of its own."""


def stored(kept: Path) -> KeptTemplate:
    """The template in a file, with the audit of these tests."""
    subject = f"book:{kept}"
    return KeptTemplate(kept, subject, AUDIT, lambda digest, _: AUDIT.note(subject, LEARNT)(digest))


def read(reader: Reader, count: int, kept: Path, form: Form = FORM) -> list[PageRef]:
    answers = list(read_in_rounds(reader.read, jobs(count), form, stored(kept)))
    assert all(answer.view is None for _, answer in answers if isinstance(answer, PageResult))
    return [PageRef(job.scan.sha256, job.page_no) for job, _ in answers]


def test_every_page_is_read_once_and_later_ones_with_the_template(tmp_path: Path) -> None:
    reader, kept = Reader(), tmp_path / "plates" / "1.npz"
    refs = read(reader, 40, kept)
    assert [ref.page_no for ref in refs] == list(range(1, 41))
    assert [len(some) for some in reader.rounds] == [
        FIRST_PAGES,
        TEACHING_PAGES - FIRST_PAGES,
        40 - TEACHING_PAGES,
    ]
    assert [some[0].teach for some in reader.rounds] == [True, True, False]
    assert [
        FormTemplate.from_bytes(some[0].template).pages if some[0].template else 0 for some in reader.rounds
    ] == [
        0,
        4,
        20,
    ]
    assert FormTemplate.from_bytes(kept.read_bytes()).pages == 20


def test_where_the_first_pages_teach_no_template_a_few_more_are_asked(tmp_path: Path) -> None:
    reader = Reader(unread=range(1, 8))
    read(reader, 40, tmp_path / "1.npz")
    rounds = [FIRST_PAGES, *[FURTHER_PAGES] * 3]
    assert [len(some) for some in reader.rounds] == [*rounds, TEACHING_PAGES - sum(rounds), 16]
    assert [some[0].template is not None for some in reader.rounds] == [False] * 4 + [True] * 2


def test_a_later_run_begins_with_the_template_and_keeps_a_good_one(tmp_path: Path) -> None:
    kept = tmp_path / "1.npz"
    read(Reader(), 40, kept)
    before = kept.read_bytes()
    later = Reader()
    read(later, 15, kept)
    assert [[job.template for job in some] for some in later.rounds] == [[before] * 15]
    assert kept.read_bytes() == before


def test_a_small_book_and_a_table_are_read_as_ever(tmp_path: Path) -> None:
    for count, form in ((MIN_UNREAD - 1, FORM), (30, SCHEMAS.form("birth-table"))):
        reader = Reader()
        read(reader, count, tmp_path / "1.npz", form)
        assert [len(some) for some in reader.rounds] == [count]
        assert not any(job.teach or job.template for job in reader.rounds[0])


def test_a_template_that_the_audit_does_not_hold_places_no_field(tmp_path: Path) -> None:
    own, foreign = tmp_path / "1.npz", tmp_path / "2.npz"
    read(Reader(), 40, own)
    foreign.write_bytes(own.read_bytes())
    assert stored(own).read()[1] == 20
    assert stored(foreign).read() == (None, 0)
    reader = Reader()
    read(reader, 20, foreign)
    assert reader.rounds[0][0].template is None


def test_an_unusable_template_is_learnt_anew(tmp_path: Path) -> None:
    kept = tmp_path / "1.npz"
    kept.write_bytes(b"no template")
    reader = Reader()
    read(reader, 20, kept)
    assert reader.rounds[0][0].template is None
    assert FormTemplate.from_bytes(kept.read_bytes()).pages > 8
