"""Printed content of an entry: its effective values, its margin note, its amendments, in the wording of a paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.base.model import Ledger
from pipeline.base.text.tones import folded
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas
from pipeline.delivery.export.package_values import SettledEntry
from pipeline.delivery.printing.letters import printable_text
from pipeline.delivery.printing.offices import IssuingOffice
from pipeline.delivery.printing.paper_kinds import PaperKind
from pipeline.delivery_rules import FieldLayers
from pipeline.layout.imaging.qr_codes import qr_path
from pipeline.registry.amendments.model import Amendment, AmendmentKind
from pipeline.registry.entries.model import StoredEntry
from pipeline.registry.extracts.model import EntryToPrint
from pipeline.values.kinds.calendar import parse_canonical

WIDE = 1.3
"""Aspect ratio (width over height) from which a picture is placed above the values, not beside them."""

KIND_WORDS = {AmendmentKind.CORRECTION: "Cải chính", AmendmentKind.SUPPLEMENT: "Bổ sung"}


def printed_value(cell: str, spec: FieldSpec, schemas: Schemas) -> str:
    """Return a value as printed: the term of a code, a date with slashes, any other text unchanged."""
    if spec.value_kind.is_listed:
        vocabulary = schemas.vocabulary(spec)
        return vocabulary.labels.get(cell, cell) if vocabulary is not None else cell
    if spec.value_kind.is_date and parse_canonical(cell) is not None:
        return cell.replace(".", "/")
    return cell


def values_of(entry: SettledEntry, record: RecordSpec, schemas: Schemas) -> dict[str, str]:
    """Return the effective values by field, as printed; ``""``: blank in the book or not on its form."""
    return {
        spec.name: printed_value(entry.cells.get(spec.column, ""), spec, schemas) if spec.column else ""
        for spec in record.fields
    }


MEANT_BY_THE_BOOK = frozenset({"ditto", "number_without_year"})
"""Delivery rules whose result is what the book says: a ditto mark is the value above, a number one of its year."""


def book_values_of(
    entry: SettledEntry, layers: Mapping[str, FieldLayers], record: RecordSpec, schemas: Schemas
) -> dict[str, str]:
    """Return the effective values by field as the book says them, for papers that prove what is registered.

    Where a delivery rule changed a value, the text of the book stands, and the margin note is the book's own; so does
    another word for a term of a list (``Trai``). An amended value stays as amended.

    Args:
        layers: Both layers of the entry.
    """
    values = values_of(entry, record, schemas)
    amended = {column.column for column in entry.amended}
    for name, field_layers in layers.items():
        spec = record.by_name[name]
        if spec.column not in amended and _is_another_word(field_layers.written, spec, schemas):
            values[name] = field_layers.written
    for layered in entry.layered:
        if layered.rule not in MEANT_BY_THE_BOOK and layered.column not in amended:
            values[record.by_column[layered.column].name] = layered.written
    if record.book is not None:
        values[record.book.notes] = entry.notes
    return values


def _is_another_word(written: str, spec: FieldSpec, schemas: Schemas) -> bool:
    """Return whether a text is a word of the book for a term, unlike the term's own word."""
    vocabulary = schemas.vocabulary(spec) if spec.value_kind.is_listed else None
    if vocabulary is None or folded(written) in map(
        folded, (*vocabulary.labels, *vocabulary.labels.values())
    ):
        return False
    return folded(written) in vocabulary.codes or bool(vocabulary.offered(written))


def amendment_sentences(
    entry: StoredEntry, record: RecordSpec, schemas: Schemas
) -> tuple[dict[str, str], ...]:
    """Return the effective amendments as sentences, in the order of their entry."""
    return tuple(
        {
            "field": amendment.field,
            "text": amendment_sentence(amendment, record.by_name[amendment.field], schemas),
        }
        for amendment in sorted(entry.amendments.values(), key=lambda amendment: amendment.amendment_id)
    )


def amendment_sentence(amendment: Amendment, spec: FieldSpec, schemas: Schemas) -> str:
    """Return an amendment as a sentence: field, old and new value, decision."""
    order = amendment.order
    old, new = printed_value(amendment.old, spec, schemas), printed_value(amendment.value, spec, schemas)
    sentence = f"{KIND_WORDS[amendment.kind]} “{spec.label}”"
    sentence += f" từ “{old}” thành “{new}”" if old else f": “{new}”"
    by = f" của {order.authority}" if order.authority else ""
    return (
        f"{sentence}, theo văn bản số {order.decision_number} ngày {order.decided_on.replace('.', '/')}{by}."
    )


def contradiction(values: Mapping[str, str], record: RecordSpec) -> str:
    """Return the labels of two effective dates that contradict each other, or ``""``.

    A contradiction remains, for example, after an amendment of only one of the two.
    """
    for rule in record.rules:
        if rule.predicate != "same_date":
            continue
        figures, words = (values.get(name, "").replace("/", ".") for name in rule.fields[:2])
        in_figures, in_words = parse_canonical(figures), _date_in_words(words)
        if in_figures is not None and in_words is not None and in_figures != in_words:
            first, second = (record.by_name[name].label for name in rule.fields[:2])
            return f"“{first}” và “{second}”"
    return ""


def _date_in_words(text: str) -> Any:
    from pipeline.values import kinds

    return parse_canonical(kinds.DATE_WORDS.parse(text).canonical or "") or parse_canonical(text)


def day_of(day: date) -> dict[str, str]:
    """Return the parts of a date as papers write them, day and month with two digits."""
    return {"day": f"{day.day:02d}", "month": f"{day.month:02d}", "year": str(day.year)}


@dataclass(frozen=True, slots=True)
class Signer:
    """The signer of a paper."""

    name: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ExtractFacts:
    """The facts of an extract besides its entry.

    Attributes:
        paper: The paper that is printed.
        number: Number and year, ``45/2026``; ``""``: a draft.
        issued_on: Date of issue; ``None``: a draft.
        code: The text of the code on the paper; ``""``: a draft.
    """

    office: IssuingOffice
    paper: PaperKind
    number: str = ""
    issued_on: date | None = None
    signer: Signer = Signer()
    code: str = ""


def extract_data(
    settled: SettledEntry, found: EntryToPrint, schemas: Schemas, facts: ExtractFacts
) -> dict[str, Any]:
    """Return the data for the template of an extract."""
    entry = found.entry
    record = schemas.record(entry.record)
    values = book_values_of(settled, found.layers, record, schemas)
    size, path = qr_path(facts.code) if facts.code else (0, "")
    return {
        "title": facts.paper.title,
        "draft": not facts.number,
        "office": facts.office.head,
        "number": facts.number,
        "symbol": facts.paper.symbol,
        "code": {"size": size, "path": path} if size else None,
        "day": None if facts.issued_on is None else day_of(facts.issued_on),
        "values": values,
        "rows": extract_rows(record, values),
        "notes": values[record.book.notes] if record.book is not None else "",
        "amendments": list(amendment_sentences(entry, record, schemas)),
        "signer": {"name": facts.signer.name, "title": facts.signer.title},
    }


def extract_rows(record: RecordSpec, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the values of an entry with their labels, for a template without field names.

    Args:
        values: The effective values by field.
    """
    notes = record.book.notes if record.book is not None else ""
    names = {person.name for person in record.people}
    return [
        {"label": spec.label, "value": values[spec.name], "strong": spec.name in names}
        for spec in record.fields
        if spec.column and spec.name != notes and (values[spec.name] or spec.required)
    ]


def entry_data(
    settled: SettledEntry,
    entry: StoredEntry,
    ledger: Ledger,
    schemas: Schemas,
    *,
    pictures: Sequence[tuple[int, int]],
    footer: str,
) -> dict[str, Any]:
    """Return the data for a print of an entry beside the pictures of its pages.

    Args:
        pictures: Width and height of each picture.
    """
    ratio = pictures[0][0] / pictures[0][1] if pictures else 0.0
    record = schemas.record(entry.record)
    values = values_of(settled, record, schemas)
    notes = record.book.notes if record.book is not None else ""
    rows = [
        {"label": spec.label, "value": values[spec.name], "under": _under(entry, spec, schemas)}
        for spec in record.fields
        if spec.column
        and spec.name != notes
        and (values[spec.name] or spec.required or spec.name in entry.amendments)
    ]
    blank = [
        spec.label
        for spec in record.fields
        if spec.column and not values[spec.name] and spec.name != notes and entry.values.get(spec.name) == ""
    ]
    if blank:
        rows.append({"label": "Để trống trên sổ", "value": "", "under": "; ".join(blank)})
    return {
        "title": f"Sự kiện {record.title.lower()} số {values[record.key_fields.number]}",
        "subtitle": f"Quyển số {ledger.volume}, {ledger.place}",
        "rows": rows,
        "notes": values.get(notes, ""),
        "amendments": list(amendment_sentences(entry, record, schemas)),
        "pictures": len(pictures),
        "wide": ratio > WIDE,
        "ratio": round(ratio, 4),
        "footer": footer,
    }


def _under(entry: StoredEntry, spec: FieldSpec, schemas: Schemas) -> str:
    """Return the line under an amended value: the value on paper; ``""`` without an amendment."""
    amendment = entry.amendments.get(spec.name)
    if amendment is None:
        return ""
    old = printed_value(amendment.old, spec, schemas)
    return f"trên sổ: {old}" if old else "trên sổ: để trống"


def texts_in(data: Any) -> Iterator[str]:
    """Yield all texts in template data."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for item in data.values():
            yield from texts_in(item)
    elif isinstance(data, list | tuple):
        for item in data:
            yield from texts_in(item)


def with_known_letters(data: Any) -> Any:
    """Return template data with the letters missing from the font written out."""
    if isinstance(data, str):
        return printable_text(data)
    if isinstance(data, Mapping):
        return {name: with_known_letters(value) for name, value in data.items()}
    return [with_known_letters(item) for item in data] if isinstance(data, list | tuple) else data
