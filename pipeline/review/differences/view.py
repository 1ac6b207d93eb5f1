"""One difference as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.reconcile import DifferenceKind, FieldDifferenceKind
from pipeline.reconcile.differences import FIELDS, KINDS
from pipeline.registry.reconciliation import Asked
from pipeline.schema import FieldSpec, Schemas


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """``title``: what differs; ``ours``, ``theirs``: both values, of codes with what they mean; ``proposed``: what an
    amendment would say first; ``amendable``: the difference is in a field; ``ink``, ``page``: addresses of pictures,
    ``""`` where there is none; ``doubt``: what speaks against the pair; ``entry``: the address
    of the page on which fields of the entry are opened again."""

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
    """The difference in words."""
    found = asked.found
    spec = schemas.record(asked.record).by_name.get(found.field)
    kind = (
        FIELDS[FieldDifferenceKind(found.field_kind)]
        if found.field_kind
        else KINDS[DifferenceKind(found.kind)]
    )
    base = f"/pictures/differences/{asked.difference_id}"
    return DifferenceView(
        asked.difference_id,
        spec.label if spec else kind[:1].upper() + kind[1:],
        kind,
        _where(asked),
        _told(found.ours, spec, schemas),
        _told(found.theirs, spec, schemas),
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
    told = [f"Sổ {asked.book}" if asked.book else "", f"quyển {found.volume}", f"số {found.number}"]
    if asked.ref is not None:
        told.append(f"trang {asked.ref.page_no}")
    if found.file_row:
        told.append(f"dòng {found.file_row} của tệp")
    if found.of_row:
        told.append(f"lặp lại dòng {found.of_row}")
    return ", ".join(filter(None, told))


def _told(value: str, spec: FieldSpec | None, schemas: Schemas) -> str:
    """A value, of a code with what it means."""
    meant = _as_written(value, spec, schemas)
    return value if meant == value else f"{value} ({meant})"


def _as_written(value: str, spec: FieldSpec | None, schemas: Schemas) -> str:
    vocabulary = schemas.vocabulary(spec) if spec is not None else None
    return value if vocabulary is None else vocabulary.labels.get(value, value)
