"""The form designer's acts: drafts in the places of a person, and background jobs on their specimens."""

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
from pipeline.form_design.design import Design
from pipeline.form_design.draft import NOT_THERE, DraftRefused, FormDraft, NoSuchDraft, Specimen
from pipeline.form_design.drafts import FormDrafts
from pipeline.form_design.field_proposal import propose_fields
from pipeline.form_design.flaws import checked_form, design_flaws
from pipeline.form_design.known_labels import familiar_words
from pipeline.form_design.label_fields import likelier_record
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
"""Largest size in bytes of a file with specimens."""

NO_READER = (
    "Máy chủ này không có máy đọc, nên không đề nghị và không đọc thử được. Hãy báo người quản trị máy."
)
NOT_OPENED = "Không mở được trang này. Hãy gửi ảnh khác."
NOT_SPLIT = (
    "Máy không tách đôi được ảnh nào: ảnh của sổ mở phải rộng hơn cao. Hãy cắt bỏ nền quanh sổ, xoay cho chữ nằm ngang "
    "rồi gửi lại, hoặc gửi từng trang một ảnh."
)
OTHER_RECORD = "Chữ in giống sổ loại “{title}” hơn. Nếu đúng vậy, hãy đổi Loại sự kiện ở Mô tả mẫu."
NO_FORMS = "Máy chủ này không thiết kế mẫu sổ được. Hãy báo người quản trị máy."


def _nowhere(_sha256: str) -> None:
    return None


@dataclass(frozen=True)
class FormDesk:
    """The form designer of a server.

    Attributes:
        own: The office's own forms.
        schemas: The declarations; a saved form is added to their form shelf.
        jobs: Runs the background jobs.
        reader: Opens and reads specimens; None: this server cannot.
        stored: Returns the path of a stored scan by its SHA-256.
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
            DraftRefused: This server has no form designer.
        """
        if self.schemas is None:
            raise DraftRefused(NO_FORMS)
        return self.schemas

    def draft(self, person: Person, draft_id: str) -> FormDraft:
        """Return a draft of a place that the person may see.

        Raises:
            NoSuchDraft: No such draft exists.
        """
        draft = self.drafts.draft(draft_id)
        if draft.dropped or not person.may_see(draft.place_code):
            raise NoSuchDraft(NOT_THERE)
        return draft

    def listed(self, person: Person) -> tuple[FormDraft, ...]:
        """Return the drafts of the places that a person may see, the most recently changed first."""
        return tuple(draft for draft in self.drafts.drafts() if person.may_see(draft.place_code))

    def add_file(self, person: Person, draft_id: str, name: str, content: bytes) -> FormDraft:
        """Store a file of specimens after a trial opening in a separate process.

        Raises:
            NoSuchDraft: There is no such draft.
            DraftRefused: The file is not a scan, or it has too many pages.
        """
        self.draft(person, draft_id)
        if not content:
            raise DraftRefused("Tệp rỗng.")
        self.drafts.refuse_full_disk(2 * len(content))  # the file is on the disk twice during the trial
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
        return self.jobs.running(_kind(draft_id))

    def last_job(self, draft_id: str) -> Job | None:
        """Return the most recent job of a draft."""
        return next(iter(self.jobs.jobs(_kind(draft_id))), None)

    def propose(
        self, person: Person, draft_id: str, note: Callable[[], object], parts: bool | None = None
    ) -> Job:
        """Start a job that proposes a design from all specimens of a draft.

        Args:
            note: Notes the start in the audit log.
            parts: Whether each page of an open book is a specimen; None: as the layout and the specimens are.

        Raises:
            NoSuchDraft: There is no such draft.
            DraftRefused: The draft has no specimen, or this server has no reader.
            JobRefused: A job of this draft is running.
        """
        draft = self.draft(person, draft_id)
        reader = self._reader()
        if not draft.specimens:
            raise DraftRefused("Chưa có trang mẫu nào. Hãy gửi ít nhất một trang.")
        asked = parts is True
        if parts is None:
            parts = draft.design.layout == "page" or any(specimen.side for specimen in draft.specimens)
        work = partial(self._run_proposal, reader, draft, parts, asked)
        return self.jobs.start(_kind(draft_id), "Tìm chữ in, chỗ trống và khung", person.login, work, note)

    def read(self, person: Person, draft_id: str, note: Callable[[], object]) -> Job:
        """Start a job that reads the specimens of a draft by its design.

        Raises:
            NoSuchDraft: There is no such draft.
            DraftRefused: The design has flaws, or this server has no reader.
            JobRefused: A job of this draft is running.
        """
        draft = self.draft(person, draft_id)
        reader = self._reader()
        flaws = design_flaws(draft.design, self.declared)
        if flaws:
            raise DraftRefused(f"Mẫu còn chỗ chưa đúng nên chưa đọc thử được: {flaws[0].message}")
        if not any(specimen.is_straight for specimen in draft.specimens):
            raise DraftRefused("Chưa có trang mẫu nào mở được.")
        work = partial(self._run_reading, reader, draft)
        return self.jobs.start(_kind(draft_id), "Đọc thử các trang mẫu", person.login, work, note)

    def _reader(self) -> ReadsSpecimens:
        if self.reader is None:
            raise DraftRefused(NO_READER)
        return self.reader

    def _run_proposal(
        self, reader: ReadsSpecimens, draft: FormDraft, splits: bool, asked: bool, on_progress: OnProgress
    ) -> JobOutcome:
        straightened: list[tuple[Specimen, StraightSpecimen | None]] = []
        pages = list({(one.sha256, one.page_no): one for one in draft.specimens}.values())
        turn = None
        for number, page in enumerate(pages):
            on_progress(number, len(pages))
            whole = replace(page, side="", flaw="")
            try:
                sides = reader.straighten(
                    self.drafts.file_of(draft.draft_id, whole), splits=splits, turn=turn
                )
            except ScanError as error:
                log_fault(error)
                straightened.append((replace(whole, flaw=NOT_OPENED), None))
                continue
            turn = sides[0].page.turn
            straightened += [(replace(whole, side=side.side), side) for side in sides]
        straight_pages = [straight.page for _, straight in straightened if straight is not None]
        if not straight_pages:
            self.drafts.set_specimens(draft.draft_id, _numbered(straightened, []), {}, None)
            return JobOutcome(("Không mở được trang mẫu nào.",), good=False)
        aligned = align_pages(straight_pages)
        design = _with_head(_propose(aligned, draft.design, self.declared), draft.design)
        specimens = _numbered(straightened, aligned)
        pictures = {
            specimen.number: straight.picture
            for specimen, (_, straight) in zip(specimens, straightened, strict=True)
            if straight is not None
        }
        proposed = propose_fields(design, self.declared)
        self.drafts.set_specimens(draft.draft_id, specimens, pictures, proposed)
        sentences = [_proposal_summary(proposed, len(straight_pages))]
        if likelier := likelier_record(design, self.declared):
            sentences.append(OTHER_RECORD.format(title=self.declared.record(likelier).title))
        if asked and not any(specimen.side for specimen in specimens):
            return JobOutcome((NOT_SPLIT, *sentences), good=False)
        return JobOutcome(tuple(sentences))

    def _run_reading(self, reader: ReadsSpecimens, draft: FormDraft, on_progress: OnProgress) -> JobOutcome:
        form = checked_form(draft.design, self.declared)
        pages = [specimen for specimen in draft.specimens if specimen.is_straight]
        readings: dict[str, Any] = {}
        for number, page in enumerate(pages):
            on_progress(number, len(pages))
            try:
                file = self.drafts.file_of(draft.draft_id, page)
                readings[str(page.number)] = _reading(reader.read(file, form, draft.place_code), page)
            except ScanError as error:
                log_fault(error)
                readings[str(page.number)] = {"kind": "failed", "other": "", "fields": [], "labels": []}
            self.drafts.keep_readings(draft.draft_id, {"revision": draft.revision, "pages": readings})
        matched = sum(reading["kind"] == "entries" for reading in readings.values())
        return JobOutcome(
            (f"Đã đọc thử {len(pages)} trang; {matched} trang được nhận ra theo mẫu này.",), good=matched > 0
        )


NO_FORM_DESK = FormDesk()
"""For an application without a form designer."""


def _kind(draft_id: str) -> str:
    return f"forms-{draft_id}"


def _propose(pages: Sequence[StraightPage], design: Design, schemas: Schemas) -> Design:
    identity = FormIdentity(design.id, design.record, design.title, design.years, design.province)
    layout = design.layout if design.layout in ("table", "act") else "page"
    return propose_design(pages, identity, layout, familiar_words(schemas))


def _with_head(proposed: Design, design: Design) -> Design:
    """Return a proposal with the identity and remarks that a person has entered."""
    entered = {
        name: getattr(design, name)
        for name in ("title", "evidence", "printer", "printing_of", "note", "province", "years")
    }
    return proposed.model_copy(update=entered)


def _numbered(
    straightened: Sequence[tuple[Specimen, StraightSpecimen | None]], aligned: Sequence[StraightPage]
) -> tuple[Specimen, ...]:
    """Return the specimens in order, numbered, each with its frame on its picture."""
    frames = iter(aligned)
    specimens = []
    for number, (specimen, straight) in enumerate(straightened, start=1):
        if straight is None:
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
        scale = np.diag([straight.size[0] / wide, straight.size[1] / high, 1.0])
        specimens.append(
            replace(
                specimen,
                number=number,
                size=straight.size,
                frame=frame,
                matrix=tuple(float(one) for one in (scale @ page.matrix).ravel()),
                turn=page.turn,
            )
        )
    return tuple(specimens)


def _proposal_summary(design: Design, pages: int) -> str:
    labels = sum(bool(cell.label) for cell in design.cells)
    blanks = sum(cell.from_ is not None for cell in design.cells)
    if design.layout == "act":
        return f"Từ {pages} trang: đã làm thẳng. Hãy vẽ khoảng của số, của lề và của từng phần trong văn bản."
    if design.table is not None:
        head = f"Từ {pages} trang: bảng {len(design.table.columns)} cột, {design.table.rows} dòng"
    else:
        head = f"Từ {pages} trang: {labels} chữ in, {blanks} chỗ trống"
    bound = len(design.unseen)
    return f"{head}, {bound} chỗ đã có trường đề nghị, trong đó {bound - len(design.doubtful)} chỗ máy chắc."


def _reading(reading: SpecimenReading, specimen: Specimen) -> dict[str, Any]:
    """Return a reading for the designer's page, its boxes as shares of the picture."""
    matrix = np.array(specimen.matrix).reshape(3, 3)

    def in_shares(box: Rectangle) -> list[float]:
        left, top, right, bottom = box
        corners = warp.transform_points(
            matrix, np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        )
        wide, high = specimen.size
        (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
        return [round(float(one), 5) for one in (x0 / wide, y0 / high, x1 / wide, y1 / high)]

    return {
        "kind": reading.kind,
        "other": reading.other,
        "labels": [in_shares(label) for label in reading.labels],
        "fields": [
            {
                "row": field.row,
                "field": field.field,
                "text": field.text,
                "value": field.value,
                "confidence": round(field.confidence, 2),
                "boxes": [in_shares(box) for box in field.boxes],
            }
            for field in reading.fields
        ],
    }
