"""What the pages of the form designer do: drafts of people's own places, and the background work on their specimens."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.base.errors import ScanError
from pipeline.base.files import storage_errors, write_atomically
from pipeline.declarations.schema import Rectangle, Schemas
from pipeline.form_design.borrowing import with_borrowed
from pipeline.form_design.design import Design
from pipeline.form_design.draft import NOT_THERE, DraftRefused, FormDraft, NoSuchDraft, Specimen
from pipeline.form_design.drafts import FormDrafts
from pipeline.form_design.flaws import checked_form, design_flaws
from pipeline.form_design.proposal import FormIdentity, propose_design
from pipeline.form_design.specimen import StraightPage
from pipeline.form_design.specimen_alignment import align_pages
from pipeline.form_design.specimen_files import ReadsSpecimens, SpecimenReading, StraightSpecimen
from pipeline.layout.imaging.geometry import warp
from pipeline.registry.accounts.model import Person
from pipeline.scans.intake import DEFAULT_LIMITS, ScanFile, ScanLimits, page_count_isolated
from pipeline.web.background_jobs import NO_JOBS, BackgroundJobs, Job, JobOutcome, OnProgress
from pipeline.web.form_design.own_forms import OwnForms
from pipeline.web.security.middleware import log_fault

MOST_FILE_BYTES = 64 << 20
"""Bytes of a file with specimens."""

NO_READER = (
    "Máy chủ này không có máy đọc, nên không đề nghị và không đọc thử được. Hãy báo người quản trị máy."
)
NOT_OPENED = "Không mở được trang này. Hãy gửi ảnh khác."
NO_FORMS = "Máy chủ này không thiết kế mẫu sổ được. Hãy báo người quản trị máy."


def _nowhere(_sha256: str) -> None:
    return None


@dataclass(frozen=True)
class FormDesk:
    """The form designer of a server.

    Attributes:
        own: The office's own forms.
        schemas: The declarations, whose shelf gets what is saved.
        jobs: Runs the work behind the answer.
        reader: Opens and reads specimens; None: this server does not.
        stored: Returns where a scan of the store lies, by its SHA-256.
    """

    drafts: FormDrafts = field(default_factory=lambda: FormDrafts(Path(os.devnull)))
    own: OwnForms | None = None
    schemas: Schemas | None = None
    jobs: BackgroundJobs = NO_JOBS
    reader: ReadsSpecimens | None = None
    limits: ScanLimits = DEFAULT_LIMITS
    stored: Callable[[str], Path | None] = _nowhere

    @property
    def declared(self) -> Schemas:
        """The declarations.

        Raises:
            DraftRefused: This server designs no forms.
        """
        if self.schemas is None:
            raise DraftRefused(NO_FORMS)
        return self.schemas

    def draft(self, person: Person, draft_id: str) -> FormDraft:
        """Return a draft of a place that the person may see.

        Raises:
            NoSuchDraft: There is none.
        """
        draft = self.drafts.draft(draft_id)
        if draft.dropped or not person.may_see(draft.place_code):
            raise NoSuchDraft(NOT_THERE)
        return draft

    def listed(self, person: Person) -> tuple[FormDraft, ...]:
        """Return the drafts of the places that a person may see, the last changed first."""
        return tuple(draft for draft in self.drafts.drafts() if person.may_see(draft.place_code))

    def add_file(self, person: Person, draft_id: str, name: str, content: bytes) -> FormDraft:
        """Keep a file of specimens, after it was opened in a process of its own.

        Raises:
            NoSuchDraft: There is no such draft.
            DraftRefused: It is no scan, or of too many pages.
        """
        self.draft(person, draft_id)
        if not content:
            raise DraftRefused("Tệp rỗng.")
        self.drafts.refuse_full_disk(2 * len(content))  # it lies there twice while it is looked at
        digest = hashlib.sha256(content).hexdigest()
        trial = self.drafts.trial_path(draft_id, digest)
        with storage_errors(trial.parent):
            write_atomically(trial, content, mode=0o600, durable=False)
        try:
            pages = page_count_isolated(ScanFile(trial, digest, len(content)), self.limits)
        except ScanError as error:
            raise DraftRefused(error.message.replace(str(trial), name).replace(trial.name, name)) from None
        finally:
            trial.unlink(missing_ok=True)
        return self.drafts.add_file(draft_id, name, content, digest, pages)

    def running(self, draft_id: str) -> Job | None:
        """Return the work that is under way for a draft."""
        return self.jobs.running(_kind(draft_id))

    def last_job(self, draft_id: str) -> Job | None:
        """Return the work that was started last for a draft."""
        return next(iter(self.jobs.jobs(_kind(draft_id))), None)

    def propose(
        self, person: Person, draft_id: str, note: Callable[[], object], parts: bool | None = None
    ) -> Job:
        """Start looking at all specimens of a draft.

        Args:
            note: Notes it in the audit.
            parts: Whether each page of an open book is a specimen; None: as of the layout, and as a table had it.

        Raises:
            NoSuchDraft: There is no such draft.
            DraftRefused: It has no specimen, or this server has no reader.
            JobRefused: Work for this draft is under way.
        """
        draft = self.draft(person, draft_id)
        reader = self._reader()
        if not draft.specimens:
            raise DraftRefused("Chưa có trang mẫu nào. Hãy gửi ít nhất một trang.")
        if parts is None:
            parts = draft.design.layout == "page" or any(specimen.side for specimen in draft.specimens)
        work = partial(self._proposed, reader, draft, parts)
        return self.jobs.start(_kind(draft_id), "Tìm chữ in, chỗ trống và khung", person.login, work, note)

    def read(self, person: Person, draft_id: str, note: Callable[[], object]) -> Job:
        """Start reading the specimens of a draft by its design.

        Raises:
            NoSuchDraft: There is no such draft.
            DraftRefused: The design has flaws, or this server has no reader.
            JobRefused: Work for this draft is under way.
        """
        draft = self.draft(person, draft_id)
        reader = self._reader()
        flaws = design_flaws(draft.design, self.declared)
        if flaws:
            raise DraftRefused(f"Mẫu còn chỗ chưa đúng nên chưa đọc thử được: {flaws[0].message}")
        if not any(specimen.is_straight for specimen in draft.specimens):
            raise DraftRefused("Chưa có trang mẫu nào mở được.")
        work = partial(self._read, reader, draft)
        return self.jobs.start(_kind(draft_id), "Đọc thử các trang mẫu", person.login, work, note)

    def _reader(self) -> ReadsSpecimens:
        if self.reader is None:
            raise DraftRefused(NO_READER)
        return self.reader

    def _proposed(
        self, reader: ReadsSpecimens, draft: FormDraft, splits: bool, on_progress: OnProgress
    ) -> JobOutcome:
        found: list[tuple[Specimen, StraightSpecimen | None]] = []
        pages = list({(specimen.sha256, specimen.page_no): specimen for specimen in draft.specimens}.values())
        turn = None
        for number, page in enumerate(pages):
            on_progress(number, len(pages))
            whole = replace(page, side="", flaw="")
            try:
                made = reader.straighten(self.drafts.file_of(draft.draft_id, whole), splits=splits, turn=turn)
            except ScanError as error:
                log_fault(error)
                found.append((replace(whole, flaw=NOT_OPENED), None))
                continue
            turn = made[0].page.turn
            found += [(replace(whole, side=one.side), one) for one in made]
        seen = [made.page for _, made in found if made is not None]
        if not seen:
            self.drafts.set_specimens(draft.draft_id, _numbered(found, []), {}, None)
            return JobOutcome(("Không mở được trang mẫu nào.",), good=False)
        aligned = align_pages(seen)
        design = _with_head(_propose(aligned, draft.design), draft.design)
        specimens = _numbered(found, aligned)
        pictures = {
            specimen.number: made.picture
            for specimen, (_, made) in zip(specimens, found, strict=True)
            if made is not None
        }
        proposed = with_borrowed(design, self.declared)
        self.drafts.set_specimens(draft.draft_id, specimens, pictures, proposed)
        return JobOutcome((_told(proposed, len(seen)),))

    def _read(self, reader: ReadsSpecimens, draft: FormDraft, on_progress: OnProgress) -> JobOutcome:
        form = checked_form(draft.design, self.declared)
        pages = [specimen for specimen in draft.specimens if specimen.is_straight]
        told: dict[str, Any] = {}
        for number, page in enumerate(pages):
            on_progress(number, len(pages))
            try:
                file = self.drafts.file_of(draft.draft_id, page)
                told[str(page.number)] = _reading(reader.read(file, form, draft.place_code), page)
            except ScanError as error:
                log_fault(error)
                told[str(page.number)] = {"kind": "failed", "other": "", "fields": [], "labels": []}
            self.drafts.keep_readings(draft.draft_id, {"revision": draft.revision, "pages": told})
        taken = sum(one["kind"] == "entries" for one in told.values())
        return JobOutcome(
            (f"Đã đọc thử {len(pages)} trang; {taken} trang được nhận ra theo mẫu này.",), good=taken > 0
        )


NO_FORM_DESK = FormDesk()
"""For an application that designs no forms."""


def _kind(draft_id: str) -> str:
    return f"forms-{draft_id}"


def _propose(pages: Sequence[StraightPage], design: Design) -> Design:
    identity = FormIdentity(design.id, design.record, design.title, design.years, design.province)
    layout = design.layout if design.layout in ("table", "act") else "page"
    return propose_design(pages, identity, layout)


def _with_head(proposed: Design, design: Design) -> Design:
    """Return a proposal with what a person has said of the form."""
    kept = {
        name: getattr(design, name)
        for name in ("title", "evidence", "printer", "printing_of", "note", "province", "years")
    }
    return proposed.model_copy(update=kept)


def _numbered(
    found: Sequence[tuple[Specimen, StraightSpecimen | None]], aligned: Sequence[StraightPage]
) -> tuple[Specimen, ...]:
    """Return the specimens in their order, each with where its frame lies on its picture."""
    frames = iter(aligned)
    specimens = []
    for number, (specimen, made) in enumerate(found, start=1):
        if made is None:
            specimens.append(replace(specimen, number=number, size=(0, 0), matrix=()))
            continue
        page = next(frames)
        wide, high = page.size
        frame = (
            page.frame.left / wide,
            page.frame.top / high,
            page.frame.right / wide,
            page.frame.bottom / high,
        )
        scale = np.diag([made.size[0] / wide, made.size[1] / high, 1.0])
        specimens.append(
            replace(
                specimen,
                number=number,
                size=made.size,
                frame=frame,
                matrix=tuple(float(one) for one in (scale @ page.matrix).ravel()),
                turn=page.turn,
            )
        )
    return tuple(specimens)


def _told(design: Design, pages: int) -> str:
    labels = sum(bool(cell.label) for cell in design.cells)
    blanks = sum(cell.from_ is not None for cell in design.cells)
    if design.layout == "act":
        return f"Từ {pages} trang: đã làm thẳng. Hãy vẽ khoảng của số, của lề và của từng phần trong văn bản."
    if design.table is not None:
        return f"Từ {pages} trang: bảng {len(design.table.columns)} cột, {design.table.rows} dòng."
    bound = len(design.unseen)
    return f"Từ {pages} trang: {labels} chữ in, {blanks} chỗ trống, {bound} chỗ đã có trường đề nghị."


def _reading(reading: SpecimenReading, specimen: Specimen) -> dict[str, Any]:
    """Return what was read as the page shows it, its places as shares of the picture."""
    matrix = np.array(specimen.matrix).reshape(3, 3)

    def share(box: Rectangle) -> list[float]:
        left, top, right, bottom = box
        moved = warp.transform_points(
            matrix, np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        )
        wide, high = specimen.size
        (x0, y0), (x1, y1) = moved.min(axis=0), moved.max(axis=0)
        return [round(float(one), 5) for one in (x0 / wide, y0 / high, x1 / wide, y1 / high)]

    return {
        "kind": reading.kind,
        "other": reading.other,
        "labels": [share(label) for label in reading.labels],
        "fields": [
            {
                "row": field.row,
                "field": field.field,
                "text": field.text,
                "value": field.value,
                "confidence": round(field.confidence, 2),
                "boxes": [share(box) for box in field.boxes],
            }
            for field in reading.fields
        ],
    }
