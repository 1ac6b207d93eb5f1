"""The form designer for tests: a desk over folders of its own, and a reader that makes pages of a declared form up."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.base.errors import ScanError
from pipeline.declarations.schema import Form, FormShelf
from pipeline.form_design.design import Design, design_of_form
from pipeline.form_design.draft import Specimen
from pipeline.form_design.drafts import FormDrafts
from pipeline.form_design.specimen_files import (
    ReadField,
    ReadsSpecimens,
    SpecimenFile,
    SpecimenReading,
    StraightSpecimen,
)
from pipeline.web.background_jobs import NO_JOBS, BackgroundJobs
from pipeline.web.form_design.form_desk import FormDesk
from pipeline.web.form_design.own_forms import OwnForms
from tests.form_design.specimens import page_of_form
from tests.registry.pages import SCHEMAS

DRAFT = "9" * 12
"""A draft whose id has no letter: some have none by chance."""
"""The id of the draft that is there."""


@dataclass
class MadeUpReader:
    """Every page is one of ``form`` written on anew; files whose name is among ``broken`` cannot be opened.

    ``shows_two``: every picture shows an open book.
    """

    form: Form
    broken: set[str] = field(default_factory=set)
    read_forms: list[Form] = field(default_factory=list)
    shows_two: bool = False

    def straighten(
        self, specimen: SpecimenFile, *, splits: bool, turn: int | None
    ) -> tuple[StraightSpecimen, ...]:
        if specimen.sha256 in self.broken:
            raise ScanError("/kho/bí-mật.jpg")
        page = page_of_form(self.form, np.random.default_rng(int(specimen.sha256[:8], 16)))
        out = io.BytesIO()
        Image.fromarray(page.grey).resize((400, 560)).save(out, "JPEG")
        whole = StraightSpecimen("", page, out.getvalue(), (400, 560))
        if splits and self.shows_two:
            return replace(whole, side="left"), replace(whole, side="right")
        return (whole,)

    def read(self, specimen: SpecimenFile, form: Form, place_code: str) -> SpecimenReading:
        self.read_forms.append(form)
        box = (110.0, 200.0, 500.0, 240.0)
        return SpecimenReading(
            "entries", "", (ReadField(0, "child_name", "Thử Đọc", "Thử Đọc", 0.8, (box,)),), ()
        )


def form_desk(folder: Path, reader: ReadsSpecimens | None = None, jobs: BackgroundJobs = NO_JOBS) -> FormDesk:
    """A desk that keeps all in a folder, over the declarations of the program."""
    schemas = replace(SCHEMAS, forms=FormShelf(SCHEMAS.forms))
    own = OwnForms(folder / "forms", lambda name: folder / "history" / name, schemas)
    return FormDesk(FormDrafts(folder / "drafts", free_bytes=0), own, schemas, jobs, reader)


def desk_with_draft(folder: Path, place: str) -> FormDesk:
    """A desk with a draft of that place, which has a page, and with a form of the office's own."""
    desk = form_desk(folder)
    desk = replace(desk, drafts=FormDrafts(folder / "drafts", new_id=lambda: DRAFT, free_bytes=0))
    desk.drafts.begin(design(), place, "an")
    desk.drafts.add_file(DRAFT, "trang.jpg", b"x", "a" * 64, 1)
    specimen = Specimen(1, "trang.jpg", "a" * 64, 1, size=(40, 56), matrix=tuple(np.eye(3).ravel()))
    desk.drafts.set_specimens(DRAFT, (specimen,), {1: b"\xff\xd8\xff"}, None)
    assert desk.own is not None
    desk.own.save(design("mau-rieng"), "", "an", lambda number, file: None)
    return desk


def design(name: str = "mau-thu") -> Design:
    """A design without flaws."""
    made = design_of_form(SCHEMAS.form("birth-2006"))
    return made.model_copy(update={"id": name, "title": "Mẫu thử"})
