"""Reconciliations: what differs from the shared software, one difference after the other, with the ink on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.delivery.reconcile import DifferenceKind, FieldDifferenceKind
from pipeline.delivery.reconcile.differences import DIFFERENCE_LABELS, FIELD_DIFFERENCE_LABELS
from pipeline.delivery.reconcile.upload_bounds import MOST_FILE_BYTES
from pipeline.registry.accounts.model import Role, Session
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.reconciliation.model import Answer, Asked
from pipeline.registry.tasks.model import NotYours
from pipeline.values.kinds import DATE
from pipeline.web.context import Site, SiteDep
from pipeline.web.desk.shortcuts import RECONCILIATION, shortcuts_of
from pipeline.web.routes.reconciled_files import job_values
from pipeline.web.security.authentication import SessionDep, current_session


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """A difference as the page shows it.

    Attributes:
        title: What differs.
        ours: Our value; a code with its label.
        theirs: The other software's value; a code with its label.
        proposed: The value with which the form of an amendment begins.
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


def difference_view(asked: Asked, schemas: Schemas) -> DifferenceView:
    """Put a difference into words."""
    found = asked.found
    spec = schemas.record(asked.record).by_name.get(found.field)
    kind = (
        FIELD_DIFFERENCE_LABELS[FieldDifferenceKind(found.field_kind)]
        if found.field_kind
        else DIFFERENCE_LABELS[DifferenceKind(found.kind)]
    )
    base = f"/pictures/differences/{asked.difference_id}"
    return DifferenceView(
        asked.difference_id,
        spec.label if spec else kind[:1].upper() + kind[1:],
        kind,
        _where(asked),
        _with_label(found.ours, spec, schemas),
        _with_label(found.theirs, spec, schemas),
        _as_written(found.theirs, spec, schemas),
        spec is not None,
        f"{base}/ink" if asked.box is not None else "",
        f"{base}/page" if asked.ref is not None else "",
        f"Ghép theo độ giống {found.likeness:.2f}, không theo số.".replace(".", ",", 1)
        if found.likeness < 1
        else "",
        asked.note,
        asked.author,
        f"/entries/{found.entry_id}" + (f"?column={spec.column}" if spec else "") if found.entry_id else "",
    )


def _where(asked: Asked) -> str:
    found = asked.found
    parts = [f"Sổ {asked.book}" if asked.book else "", f"quyển {found.volume}", f"số {found.number}"]
    if asked.ref is not None:
        parts.append(f"trang {asked.ref.page_no}")
    if found.file_row:
        parts.append(f"dòng {found.file_row} của tệp")
    if found.of_row:
        parts.append(f"lặp lại dòng {found.of_row}")
    return ", ".join(filter(None, parts))


def _with_label(value: str, spec: FieldSpec | None, schemas: Schemas) -> str:
    """Return a value; a code with its label."""
    meant = _as_written(value, spec, schemas)
    return value if meant == value else f"{value} ({meant})"


def _as_written(value: str, spec: FieldSpec | None, schemas: Schemas) -> str:
    vocabulary = schemas.vocabulary(spec) if spec is not None else None
    return value if vocabulary is None else vocabulary.labels.get(value, value)


router = APIRouter(prefix="/reconcile")

Line = Annotated[str, Form(max_length=500)]


@router.get("")
def show_reconciliations(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Show the reconciliations, and to supervisors the form that sends a file."""
    person = session.person
    sends = _answers(session) and site.office.reconcile is not None
    # Before the table: of what ends after this the page asks, and gets the table too.
    told = job_values(site, person)
    return site.renderer.render(
        request,
        "reconciliations.html",
        found=site.registry.reconciliations().all_for(person),
        answers=_answers(session),
        sends=sends,
        swapped=False,
        books=site.registry.statistics(person.places).book_states() if sends else (),
        most=MOST_FILE_BYTES,
        **told,
    )


@router.get("/{reconciliation_id}")
def show_next(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    reconciliation_id: int,
    after: int = 0,
    unclear: bool = False,
) -> Response:
    """Show the next difference that waits; unclear ones are shown to supervisors."""
    wanted = unclear and _answers(session)
    asked = site.registry.reconciliations().next_for(session.person, reconciliation_id, after, unclear=wanted)
    return _shown(request, site, reconciliation_id, asked, unclear=wanted)


@router.get("/{reconciliation_id}/theirs")
def show_theirs(request: Request, site: SiteDep, session: SessionDep, reconciliation_id: int) -> Response:
    """List what is wrong in the other software."""
    found = site.registry.reconciliations().listed(session.person, reconciliation_id, Answer.THEIRS)
    site.registry.note_view(session.person, "page-shown", f"reconciliation:{reconciliation_id}")
    views = [difference_view(difference, site.schemas) for difference in found]
    return site.renderer.render(request, "theirs.html", views=views, reconciliation_id=reconciliation_id)


@router.post("/differences/{difference_id}/answer")
def answer(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    difference_id: int,
    said: Annotated[Answer, Form(alias="answer")],
    note: Line = "",
) -> Response:
    queue = site.registry.reconciliations()
    asked = queue.asked(session.person, difference_id)
    if said is Answer.AMENDED:
        return _shown(request, site, asked.reconciliation_id, asked, refused=_HOW_TO_AMEND)
    try:
        queue.answer(session.person, difference_id, said, note)
    except (NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _shown(request, site, asked.reconciliation_id, asked, refused=refused.message)
    return _to_next(asked, session)


@router.post("/differences/{difference_id}/amend")
def amend(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    difference_id: int,
    text: Line = "",
    decision_number: Line = "",
    decided_on: Line = "",
    legal_basis: Line = "",
    authority: Line = "",
) -> Response:
    queue = site.registry.reconciliations()
    asked = queue.asked(session.person, difference_id)
    day = DATE.parse(decided_on).canonical or decided_on
    order = AmendmentOrder(decision_number, day, legal_basis, authority)
    try:
        queue.amend(session.person, difference_id, text, order)
    except (NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        typed = _AmendmentForm(text, decision_number, decided_on, legal_basis, authority)
        return _shown(request, site, asked.reconciliation_id, asked, refused=refused.message, typed=typed)
    return _to_next(asked, session)


class _AmendmentForm(NamedTuple):
    """What a person typed into the form of an amendment."""

    text: str = ""
    decision_number: str = ""
    decided_on: str = ""
    legal_basis: str = ""
    authority: str = ""


_HOW_TO_AMEND = "Hãy điền số quyết định, ngày và căn cứ rồi ghi cải chính, bổ sung."


def _answers(session: Session) -> bool:
    return session.person.role is Role.SUPERVISOR


def _to_next(asked: Asked, session: Session) -> Response:
    """Redirect to the next difference of the same list."""
    unclear = "&unclear=true" if asked.answer is Answer.UNCLEAR and _answers(session) else ""
    path = f"/reconcile/{asked.reconciliation_id}?after={asked.difference_id}{unclear}"
    return RedirectResponse(path, status_code=303)


def _shown(
    request: Request,
    site: Site,
    reconciliation_id: int,
    asked: Asked | None,
    *,
    unclear: bool = False,
    refused: str = "",
    typed: _AmendmentForm = _AmendmentForm(),
) -> Response:
    return site.renderer.render(
        request,
        "difference.html",
        status=422 if refused else 200,
        reconciliation_id=reconciliation_id,
        view=None if asked is None else difference_view(asked, site.schemas),
        unclear=unclear or (asked is not None and asked.answer is Answer.UNCLEAR),
        refused=refused,
        typed=typed,
        keys=shortcuts_of(RECONCILIATION),
        answers=_answers(current_session(request)),
    )
