"""What is printed of an entry: its values in force, its margin note, its amendments, in the words of a paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.base.model import Ledger
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas
from pipeline.delivery.export.package_values import SettledEntry
from pipeline.delivery.printing.letters import printable_text
from pipeline.registry.amendments.model import Amendment, AmendmentKind
from pipeline.registry.entries.model import StoredEntry
from pipeline.values.kinds.calendar import parse_canonical

WIDE = 1.3
"""Width over height from which a picture stands above the values instead of beside them."""

KIND_WORDS = {AmendmentKind.CORRECTION: "Cải chính", AmendmentKind.SUPPLEMENT: "Bổ sung"}


@dataclass(frozen=True, slots=True)
class IssuingOffice:
    """The office in whose name papers are printed.

    Attributes:
        code: Its short name in the book of issued extracts; ``""``: the office has not declared itself.
        name: Its name at the head of a paper.
        superior: The authority above it.
        place: Where it is, as written before a date.
        signer: Who signs its extracts as a rule; ``""``: that is typed each time.
        signer_title: Their title.
    """

    code: str = ""
    name: str = ""
    superior: str = ""
    place: str = ""
    signer: str = ""
    signer_title: str = ""

    @property
    def head(self) -> dict[str, str]:
        """What the head of a paper says."""
        return {"name": self.name, "superior": self.superior, "place": self.place}


def printed_value(cell: str, spec: FieldSpec, schemas: Schemas) -> str:
    """Return a value as it is printed: the term of a code, a date with strokes, any other text as it is."""
    if spec.kind == "choice":
        vocabulary = schemas.vocabulary(spec)
        return vocabulary.labels.get(cell, cell) if vocabulary is not None else cell
    if spec.kind == "date" and parse_canonical(cell) is not None:
        return cell.replace(".", "/")
    return cell


def values_of(entry: SettledEntry, record: RecordSpec, schemas: Schemas) -> dict[str, str]:
    """Return the values in force by field, as they are printed; ``""``: blank in the book, or not on its form."""
    return {
        spec.name: printed_value(entry.cells.get(spec.column, ""), spec, schemas) if spec.column else ""
        for spec in record.fields
    }


def amendment_sentences(
    entry: StoredEntry, record: RecordSpec, schemas: Schemas
) -> tuple[dict[str, str], ...]:
    """Return the amendments in force, each as a sentence, in the order in which they were noted."""
    return tuple(
        {"field": one.field, "text": amendment_sentence(one, record.by_name[one.field], schemas)}
        for one in sorted(entry.amendments.values(), key=lambda one: one.amendment_id)
    )


def amendment_sentence(one: Amendment, spec: FieldSpec, schemas: Schemas) -> str:
    """Return an amendment in words: what was changed from what into what, by which decision."""
    order = one.order
    old, new = printed_value(one.old, spec, schemas), printed_value(one.value, spec, schemas)
    told = f"{KIND_WORDS[one.kind]} “{spec.label}”"
    told += f" từ “{old}” thành “{new}”" if old else f": “{new}”"
    by = f" của {order.authority}" if order.authority else ""
    return f"{told}, theo văn bản số {order.decision_number} ngày {order.decided_on.replace('.', '/')}{by}."


def contradiction(values: Mapping[str, str], record: RecordSpec) -> str:
    """Return the labels of two dates in force that contradict one another, as after an amendment of one; or ``""``."""
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

    return parse_canonical(kinds.KINDS["date_words"].parse(text).canonical or "") or parse_canonical(text)


def day_of(day: date) -> dict[str, str]:
    """Return a day as papers write it: two figures for the first months."""
    return {"day": f"{day.day:02d}", "month": f"{day.month:02d}", "year": str(day.year)}


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs a paper."""

    name: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ExtractFacts:
    """What an extract says besides its entry.

    Attributes:
        office: Who issues it.
        number: Its number with the year, ``45/2026``; ``""``: a draft.
        issued_on: Its day; None: a draft.
        signer: Who signs it.
    """

    office: IssuingOffice
    number: str = ""
    issued_on: date | None = None
    signer: Signer = Signer()


def extract_data(
    settled: SettledEntry, entry: StoredEntry, schemas: Schemas, facts: ExtractFacts
) -> dict[str, Any]:
    """Return what the template of an extract prints."""
    record = schemas.record(entry.record)
    values = values_of(settled, record, schemas)
    return {
        "title": f"Trích lục {record.title.lower()}",
        "draft": not facts.number,
        "office": facts.office.head,
        "number": facts.number,
        "symbol": f"TL{record.prefix}-BS",
        "day": None if facts.issued_on is None else day_of(facts.issued_on),
        "values": values,
        "rows": extract_rows(record, values),
        "notes": values[record.book.notes] if record.book is not None else "",
        "amendments": list(amendment_sentences(entry, record, schemas)),
        "signer": {"name": facts.signer.name, "title": facts.signer.title},
    }


def extract_rows(record: RecordSpec, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the values of an entry under what their fields are called, for a template that knows no field by name.

    Args:
        record: The record.
        values: The values in force by field.
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
    """Return what is printed of an entry beside the pictures of its pages.

    Args:
        settled: The entry as it is printed.
        entry: The entry as the registry holds it.
        ledger: Its book.
        schemas: The declarations.
        pictures: Width and height of each picture.
        footer: What stands at the foot of each page.
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
        "title": f"Sự kiện {record.title.lower()} số {values['entry_number']}",
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
    """Return what is to be told under a value that is not what stands on paper."""
    one = entry.amendments.get(spec.name)
    if one is None:
        return ""
    old = printed_value(one.old, spec, schemas)
    return f"trên sổ: {old}" if old else "trên sổ: để trống"


def texts_in(data: Any) -> Iterator[str]:
    """Yield every text of what is printed."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for one in data.values():
            yield from texts_in(one)
    elif isinstance(data, list | tuple):
        for one in data:
            yield from texts_in(one)


def with_known_letters(data: Any) -> Any:
    """Return the same with the letters that the font lacks written out."""
    if isinstance(data, str):
        return printable_text(data)
    if isinstance(data, Mapping):
        return {name: with_known_letters(value) for name, value in data.items()}
    return [with_known_letters(one) for one in data] if isinstance(data, list | tuple) else data
