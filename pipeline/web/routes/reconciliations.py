"""Reconciliation with the Ministry's software: differences one after another, each with the ink on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.delivery.reconcile import DifferenceKind, FieldDifferenceKind
from pipeline.delivery.reconcile.differences import DIFFERENCE_LABELS, FIELD_DIFFERENCE_LABELS
from pipeline.delivery.workbook_reading.upload_bounds import MOST_FILE_BYTES
from pipeline.registry.accounts.model import Role, Session
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.reconciliation.model import Answer, StoredDifference
from pipeline.values.kinds import DATE
from pipeline.web.context import Visit, VisitDep
from pipeline.web.desk.shortcuts import RECONCILIATION, shortcuts_of
from pipeline.web.routes.reconciled_files import job_values
from pipeline.web.security.authentication import current_session


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """A difference in words.

    Attributes:
        title: The label of the field, or the kind of difference.
        ours: The registry's value; a code with its label.
        theirs: The other software's value; a code with its label.
        proposed: The initial value in the form of an amendment.
        amendable: Whether the difference is in a field.
        ink: The address of the field's picture; ``""``: none.
        page: The address of the page's picture; ``""``: none.
        doubt: Why the two rows may not belong together.
        entry: The address of the page that reopens fields of the entry.
    """

    difference_id: int
    title: str
    kind: str
    where: str
    ours: str
    theirs: str
    proposed: str
    amendable: bool
    ink: str
    page: str
    doubt: str
    note: str
    author: str
    entry: str


def difference_view(asked: StoredDifference, schemas: Schemas) -> DifferenceView:
    """Put a difference into words."""
    spec = schemas.record(asked.record).by_name.get(asked.field)
    kind = (
        FIELD_DIFFERENCE_LABELS[FieldDifferenceKind(asked.field_kind)]
        if asked.field_kind
        else DIFFERENCE_LABELS[DifferenceKind(asked.kind)]
    )
    base = f"/pictures/differences/{asked.id}"
    return DifferenceView(
        asked.id,
        spec.label if spec else kind[:1].upper() + kind[1:],
        kind,
        _where(asked),
        _with_label(asked.ours, spec, schemas),
        _with_label(asked.theirs, spec, schemas),
        _as_written(asked.theirs, spec, schemas),
        spec is not None,
        f"{base}/ink" if asked.box is not None else "",
        f"{base}/page" if asked.ref is not None else "",
        f"Ghép theo độ giống {asked.likeness:.2f}, không theo số.".replace(".", ",", 1)
        if asked.likeness < 1
        else "",
        asked.note,
        asked.author,
        f"/entries/{asked.entry_id}" + (f"?column={spec.column}" if spec else "") if asked.entry_id else "",
    )


def _where(asked: StoredDifference) -> str:
    parts = [f"Sổ {asked.book}" if asked.book else "", f"quyển {asked.volume}", f"số {asked.number}"]
    if asked.ref is not None:
        parts.append(f"trang {asked.ref.page_no}")
    if asked.file_row:
        parts.append(f"dòng {asked.file_row} của tệp")
    if asked.of_row:
        parts.append(f"lặp lại dòng {asked.of_row}")
    return ", ".join(filter(None, parts))


def _with_label(value: str, spec: FieldSpec | None, schemas: Schemas) -> str:
    label = _as_written(value, spec, schemas)
    return value if label == value else f"{value} ({label})"


def _as_written(value: str, spec: FieldSpec | None, schemas: Schemas) -> str:
    vocabulary = schemas.vocabulary(spec) if spec is not None else None
    return value if vocabulary is None else vocabulary.labels.get(value, value)


router = APIRouter(prefix="/reconcile")

Typed = Annotated[str, Field(max_length=500)]
Line = Annotated[str, Form(max_length=500)]


@router.get("")
def show_reconciliations(visit: VisitDep) -> Response:
    """Show the reconciliations, and to supervisors the form that sends a file."""
    person = visit.person
    sends = _answers(visit.session) and visit.site.office.reconcile is not None
    # Read before the table: for a comparison that ends later, the page polls and gets the new table.
    values = job_values(visit)
    return visit.page(
        "reconciliations.html",
        found=visit.registry.reconciliations().all_for(person),
        answers=_answers(visit.session),
        sends=sends,
        swapped=False,
        books=visit.registry.statistics(person.places).book_states() if sends else (),
        most=MOST_FILE_BYTES,
        **values,
    )


@router.get("/{reconciliation_id}")
def show_next(visit: VisitDep, reconciliation_id: int, after: int = 0, unclear: bool = False) -> Response:
    """Show the next open difference; unclear ones are for supervisors."""
    wanted = unclear and _answers(visit.session)
    asked = visit.registry.reconciliations().next_for(visit.person, reconciliation_id, after, unclear=wanted)
    return _shown(visit, reconciliation_id, asked, unclear=wanted)


@router.get("/{reconciliation_id}/theirs")
def show_theirs(visit: VisitDep, reconciliation_id: int) -> Response:
    """List the errors in the other software."""
    differences = visit.registry.reconciliations().listed(visit.person, reconciliation_id, Answer.THEIRS)
    visit.registry.note_view(visit.person, "page-shown", f"reconciliation:{reconciliation_id}")
    views = [difference_view(difference, visit.schemas) for difference in differences]
    return visit.page("theirs.html", views=views, reconciliation_id=reconciliation_id)


@router.post("/differences/{difference_id}/answer")
def answer(
    visit: VisitDep, difference_id: int, said: Annotated[Answer, Form(alias="answer")], note: Line = ""
) -> Response:
    queue = visit.registry.reconciliations()
    asked = queue.asked(visit.person, difference_id)
    if said is Answer.AMENDED:
        return _shown(visit, asked.reconciliation_id, asked, refused=_HOW_TO_AMEND)
    with visit.refusing(lambda refused: _shown(visit, asked.reconciliation_id, asked, refused=refused)):
        queue.answer(visit.person, difference_id, said, note)
    return _redirect_to_next(asked, visit.session)


class AmendmentForm(BaseModel):
    """The inputs of an amendment."""

    text: Typed = ""
    decision_number: Typed = ""
    decided_on: Typed = ""
    legal_basis: Typed = ""
    authority: Typed = ""

    @property
    def order(self) -> AmendmentOrder:
        day = DATE.parse(self.decided_on).canonical or self.decided_on
        return AmendmentOrder(self.decision_number, day, self.legal_basis, self.authority)


@router.post("/differences/{difference_id}/amend")
def amend(visit: VisitDep, difference_id: int, typed: Annotated[AmendmentForm, Form()]) -> Response:
    queue = visit.registry.reconciliations()
    asked = queue.asked(visit.person, difference_id)
    with visit.refusing(
        lambda refused: _shown(visit, asked.reconciliation_id, asked, refused=refused, typed=typed)
    ):
        queue.amend(visit.person, difference_id, typed.text, typed.order)
    return _redirect_to_next(asked, visit.session)


_HOW_TO_AMEND = "Hãy điền số quyết định, ngày và căn cứ rồi ghi cải chính, bổ sung."


def _answers(session: Session) -> bool:
    return session.person.role is Role.SUPERVISOR


def _redirect_to_next(asked: StoredDifference, session: Session) -> Response:
    """Redirect to the next difference of the same list."""
    unclear = "&unclear=true" if asked.answer == Answer.UNCLEAR and _answers(session) else ""
    path = f"/reconcile/{asked.reconciliation_id}?after={asked.id}{unclear}"
    return RedirectResponse(path, status_code=303)


def _shown(
    visit: Visit,
    reconciliation_id: int,
    asked: StoredDifference | None,
    *,
    unclear: bool = False,
    refused: str = "",
    typed: AmendmentForm = AmendmentForm(),
) -> Response:
    return visit.page(
        "difference.html",
        reconciliation_id=reconciliation_id,
        view=None if asked is None else difference_view(asked, visit.schemas),
        unclear=unclear or (asked is not None and asked.answer == Answer.UNCLEAR),
        refused=refused,
        typed=typed,
        keys=shortcuts_of(RECONCILIATION),
        answers=_answers(current_session(visit.request)),
    )
