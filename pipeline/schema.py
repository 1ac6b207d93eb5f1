"""Loading and checking ``schemas/``: records, forms, exports, vocabularies, findings.

What a form holds is data, once. A record declares each field of an event (``schemas/records/birth.toml``);
a form declares where a printed sheet has its labels and blanks (``schemas/forms/birth-2006.toml``). The
reader, the drawer of synthetic pages, the registry's columns and the reference pages all derive from these
declarations.

A key that is not known stops the loading with ``SchemaError``, which names the file, the key and the
nearest known name. Positions on a form are shares of its printed frame: ``u`` from the frame's left edge
(0) to its right (1), ``v`` from its top (0) to its bottom (1); what stands above the frame has a negative
``v``.
"""

from __future__ import annotations

import difflib
import hashlib
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline import kinds
from pipeline.errors import SchemaError
from pipeline.model import Ledger, Severity
from pipeline.places import Resolver, read_gazetteer
from pipeline.predicates import PREDICATES

PRINT_ADVANCE = 0.43
"""Mean width of a printed letter, as a share of the letters' size (measured on the six printed sheets)."""

PARTS = ("day", "month", "year", "hour", "minute")
"""The parts of a date or a time that may have a blank of their own."""

PLACES = "places"
"""The folder of ``schemas/`` that holds the tables of administrative units."""

LEDGER_KEYS = {key.name: key for key in fields(Ledger)}
"""What ``FieldSpec.ledger`` may name."""

T = TypeVar("T")
D = TypeVar("D", bound="Declaration")


class Declaration(BaseModel):
    """A frozen piece of a declaration; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


# --- records ------------------------------------------------------------------------------------------------


class FieldSpec(Declaration):
    """One field of a record: the only place where it is named.

    ``column`` is the Ministry's import column (``""`` = it has none, and the field is not exported); ``editions`` the
    templates that have it (empty = all of the record's); ``ledger`` names the key of ``ledger.toml`` that fills it when
    the form has no place for it.
    """

    name: str
    column: str = ""
    kind: str
    label: str
    required: bool = False
    critical: bool = False
    vocab: str | None = None
    editions: tuple[str, ...] = ()
    ledger: str | None = None


class RuleSpec(Declaration):
    """One rule bound to fields: ``predicate`` of ``pipeline.predicates`` over ``fields`` in order, with the limits it
    sets (``with``). Without a ``severity`` of its own it has that of its finding. ``about``: the fields that the
    finding names, where others are only a condition (all of them unless it says so)."""

    code: str
    predicate: str
    fields: tuple[str, ...]
    severity: Severity = Severity.REVIEW
    limits: Mapping[str, Any] = Field(default_factory=dict, alias="with")
    about: tuple[str, ...] = ()


class BookSpec(Declaration):
    """Which fields of an entry the checks of a whole book ask for (``pipeline.book_rules``)."""

    number: str
    registered_on: str
    page: str
    notes: str


class PersonSpec(Declaration):
    """One person of an entry, for the checks of the registry: the fields that speak of this person. ``event``: what
    the entry says of them; ``male`` where the role says it and no field ``sex``; ``father``, ``mother``: fields with
    names."""

    role: str
    event: Literal["born", "wed", "died", "other"] = "other"
    name: str
    sex: str | None = None
    male: bool | None = None
    born_on: str | None = None
    died_on: str | None = None
    home: str | None = None
    mother: str | None = None
    father: str | None = None
    id_numbers: tuple[str, ...] = ()

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields that are named here."""
        named = (self.name, self.sex, self.born_on, self.died_on, self.home, self.mother, self.father)
        return (*(name for name in named if name), *self.id_numbers)


class RecordSpec(Declaration):
    """One kind of event; the order of ``fields`` is the Ministry's order of columns."""

    record: str
    title: str
    prefix: str
    fields: tuple[FieldSpec, ...] = Field(alias="field")
    rules: tuple[RuleSpec, ...] = Field(default=(), alias="rule")
    book: BookSpec | None = None
    people: tuple[PersonSpec, ...] = Field(default=(), alias="person")

    @cached_property
    def by_name(self) -> Mapping[str, FieldSpec]:
        return {spec.name: spec for spec in self.fields}

    @cached_property
    def by_column(self) -> Mapping[str, FieldSpec]:
        return {spec.column: spec for spec in self.fields if spec.column}


# --- forms --------------------------------------------------------------------------------------------------

Style = Literal["regular", "bold", "italic", "bold-italic", "small"]


class Cell(Declaration):
    """A printed label and the blank behind it, on one printed line.

    ``start`` is where the label begins (by default where the cell before it ended, or the form's ``left``);
    ``from``/``to`` bound the blank. A cell with neither ``field`` nor ``fields`` is print only (a heading).
    ``field`` may stand in several cells: the next one without a label continues the value on a further line;
    ``part`` (day, month, year, hour, minute) says that the blank holds one part of a value.
    ``fields`` (role = field) with ``kind`` is one blank that holds several fields, split by a composite kind.
    ``printed`` marks a value that the press set (a page number); ``stamped`` one that may be a red stamp.
    """

    label: str = ""
    style: Style = "regular"
    start: float | None = None
    field: str | None = None
    fields: Mapping[str, str] = Field(default_factory=dict)
    kind: str | None = None
    part: str | None = None
    from_: float | None = Field(default=None, alias="from")
    to: float | None = None
    printed: bool = False
    stamped: bool = False


class Line(Declaration):
    """One printed line; ``at`` is the v of its baseline."""

    at: float
    cells: tuple[Cell, ...]


class Area(Declaration):
    """A free rectangle (left, top, right, bottom in u, v): notes, a signature.

    ``at`` is where its label begins (unused without one). A ``signature`` area is never read.
    """

    label: str = ""
    style: Style = "bold"
    at: tuple[float, float] = (0.0, 0.0)
    box: tuple[float, float, float, float]
    field: str | None = None
    fields: Mapping[str, str] = Field(default_factory=dict)
    kind: str | None = None
    signature: bool = False
    stamped: bool = False


class CheckBox(Declaration):
    """A printed box to tick; a mark gives ``field`` the value ``value``. ``box`` in u, v.

    Without a ``field`` it is print only: the Ministry has no column for it.
    """

    label: str
    at: tuple[float, float]
    box: tuple[float, float, float, float]
    field: str = ""
    value: str = ""


class Column(Declaration):
    """One column of a table form; ``width``: share of the frame's width, ``group``: heading over several."""

    heading: str
    width: float
    group: str = ""
    field: str | None = None
    fields: Mapping[str, str] = Field(default_factory=dict)
    kind: str | None = None


class Table(Declaration):
    """Rows of a table form: ``top``/``bottom`` bound the rows (v), the heading stands above ``top``."""

    rows: int
    top: float
    bottom: float
    columns: tuple[Column, ...] = Field(alias="column")


class Form(Declaration):
    """One printed sheet. ``frame``: left, top, right, bottom of the printed frame as shares of the paper."""

    id: str
    record: str
    title: str
    layout: Literal["page", "table", "cover"]
    evidence: Literal["seen", "assumed"]
    years: tuple[int, int]
    paper_mm: tuple[float, float]
    frame: tuple[float, float, float, float]
    rules: tuple[float, ...] = ()
    left: float = 0.031
    right: float = 0.721
    text_size: float = 0.0165
    lines: tuple[Line, ...] = Field(default=(), alias="line")
    areas: tuple[Area, ...] = Field(default=(), alias="area")
    checkboxes: tuple[CheckBox, ...] = Field(default=(), alias="checkbox")
    table: Table | None = None
    note: str = ""
    fingerprint: str = ""

    @cached_property
    def labels(self) -> tuple[Label, ...]:
        """All printed texts, in reading order, with where they begin, end and stand."""
        return tuple(_labels(self))

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """All blanks, one a value (or a group of values that share a blank), in reading order."""
        return _slots(self)

    @property
    def boxes(self) -> tuple[CheckBox, ...]:
        """The check boxes that are read; ``checkboxes`` also holds those that are print only."""
        return tuple(box for box in self.checkboxes if box.field)

    @property
    def field_names(self) -> tuple[str, ...]:
        """The record's fields that have a place on this form."""
        names = [name for slot in self.slots for name in slot.field_names]
        names += [box.field for box in self.boxes]
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Label:
    """A printed text: ``u0``..``u1`` its extent, ``v`` its baseline, ``slot`` the blank it announces or ``""``."""

    text: str
    style: Style
    u0: float
    u1: float
    v: float
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One strip of a blank, ``u0``..``u1`` at baseline ``v``; ``part`` as in ``Cell``, ``label`` before it."""

    u0: float
    u1: float
    v: float
    part: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A blank: ``pieces`` are its lines in reading order, or ``area`` its free rectangle (u0, v0, u1, v1), or
    ``column`` the number of its table column. ``roles`` maps the roles of a composite ``kind`` to fields."""

    name: str
    kind: str
    roles: Mapping[str, str]
    pieces: tuple[Piece, ...] = ()
    area: tuple[float, float, float, float] | None = None
    column: int | None = None
    printed: bool = False
    signature: bool = False
    stamped: bool = False

    @property
    def field_names(self) -> tuple[str, ...]:
        return tuple(self.roles.values())


def _slot_name(roles: Mapping[str, str]) -> str:
    return "+".join(roles.values())


def _roles(field: str | None, fields: Mapping[str, str]) -> Mapping[str, str]:
    return {"value": field} if field else dict(fields)


def _print_width(form: Form, text: str, style: Style) -> float:
    """About how wide a printed text is, as a share of the frame's width; off by a letter or two at most."""
    left, top, right, bottom = form.frame
    height_by_width = (bottom - top) * form.paper_mm[1] / ((right - left) * form.paper_mm[0])
    letters = len(text) * (1.5 if text.isupper() else 1.0) * {"bold": 1.05, "small": 0.82}.get(style, 1.0)
    return PRINT_ADVANCE * letters * form.text_size * height_by_width


def _labels(form: Form) -> Iterator[Label]:
    for line in form.lines:
        at = form.left
        for cell in line.cells:
            start = at if cell.start is None else cell.start
            blank = cell.from_ if cell.from_ is not None else cell.to
            end = blank if blank is not None else start + _print_width(form, cell.label, cell.style)
            if cell.label:
                roles = _roles(cell.field, cell.fields)
                yield Label(cell.label, cell.style, start, end, line.at, _slot_name(roles))
            at = cell.to if cell.to is not None else end
    for area in form.areas:
        if not area.label:
            continue
        u, v = area.at
        end = u + _print_width(form, area.label, area.style)
        yield Label(area.label, area.style, u, end, v, _slot_name(_roles(area.field, area.fields)))
    for box in form.checkboxes:
        u, v = box.at
        yield Label(box.label, "small", u, u + _print_width(form, box.label, "small"), v, box.field)


def _slots(form: Form) -> tuple[Slot, ...]:
    found: dict[str, Slot] = {}
    for line in form.lines:
        for cell in line.cells:
            roles = _roles(cell.field, cell.fields)
            if not roles or cell.from_ is None or cell.to is None:
                continue
            name = _slot_name(roles)
            piece = Piece(cell.from_, cell.to, line.at, cell.part or "", cell.label)
            before = found.get(name)
            if before is None:
                found[name] = Slot(
                    name, cell.kind or "", roles, (piece,), printed=cell.printed, stamped=cell.stamped
                )
            else:
                found[name] = replace(before, pieces=(*before.pieces, piece))
    for number, area in enumerate(form.areas):
        roles = _roles(area.field, area.fields)
        name = _slot_name(roles) or f"signature:{number}"
        found[name] = Slot(
            name, area.kind or "", roles, area=area.box, signature=area.signature, stamped=area.stamped
        )
    if form.table:
        for number, column in enumerate(form.table.columns):
            roles = _roles(column.field, column.fields)
            if roles:
                found[_slot_name(roles)] = Slot(_slot_name(roles), column.kind or "", roles, column=number)
    return tuple(found.values())


# --- vocabularies, exports, findings ---------------------------------------------------------------------


class Term(Declaration):
    """One entry of a code list: ``code`` in the Ministry's file, ``label`` on screen, ``aliases`` on paper."""

    code: str
    label: str
    aliases: tuple[str, ...] = ()


class Vocab(Declaration):
    """A code list; ``source``: where it was read; ``finding``: what a text raises that is no term of it."""

    vocab: str
    title: str
    source: str
    finding: str = "NOT-IN-LIST"
    terms: tuple[Term, ...] = Field(alias="term")


class ExportSpec(Declaration):
    """One import template of the Ministry: its record, its sheet, ``leading`` columns that are no field."""

    export: str
    record: str
    title: str
    sheet: str
    leading: tuple[str, ...] = ()


Level = Literal["page", "reading", "field", "entry", "book", "registry"]


class FindingSpec(Declaration):
    """What a finding says to a reviewer, in Vietnamese, where the rule comes from, and how serious it is.

    ``level``: what has to be known to raise it: a ``page``, a ``reading``, one ``field`` by itself, one ``entry``, a
    whole ``book``, the whole ``registry``. ``severity``: of every binding that has none of its own. ``off``: why an
    office does not want the rule; only its own layer sets it."""

    code: str
    level: Level = "entry"
    severity: Severity = Severity.REVIEW
    sentence: str
    look_at: str = ""
    source: str = ""
    off: str = ""


class PrincipleSpec(Declaration):
    """A rule that raises nothing by itself and binds how others count; ``kept_by``: the codes of those."""

    code: str
    sentence: str
    source: str
    kept_by: tuple[str, ...]


@dataclass(frozen=True)
class Schemas:
    """All that a ``schemas/`` folder declares, checked; ``fingerprint`` changes when any of it does.

    ``place_tables``: the folder of the tables of administrative units; ``own_places``: what an office adds."""

    records: Mapping[str, RecordSpec]
    forms: Mapping[str, Form]
    exports: Mapping[str, ExportSpec]
    vocabs: Mapping[str, Vocab]
    findings: Mapping[str, FindingSpec]
    fingerprint: str
    principles: Mapping[str, PrincipleSpec] = field(default_factory=dict)
    place_tables: Path | None = None
    own_places: Path | None = None

    @cached_property
    def places(self) -> Resolver:
        """Who knows the administrative units of any day: the tables of ``schemas/places`` and an office's own file.
        Raises ``SchemaError`` for a table or a file that is wrong."""
        tables = self.place_tables
        if tables is None or not tables.is_dir():
            tables = default_folder() / PLACES
        return Resolver(read_gazetteer(tables, self.own_places))

    def form(self, name: str) -> Form:
        """The form of that name; ``SchemaError`` names the nearest one."""
        return _known(name, self.forms, "mẫu sổ", "schemas/forms")

    def record(self, name: str) -> RecordSpec:
        return _known(name, self.records, "loại việc", "schemas/records")

    def severity_of(self, code: str) -> Severity | None:
        """How serious a finding of that code is where no field says otherwise; ``None`` = the office has switched its
        rule off, and it is not to be raised."""
        spec = _known(code, self.findings, "phát hiện", "schemas/findings.toml")
        return None if spec.off else spec.severity

    @cached_property
    def vocabularies(self) -> Mapping[str, kinds.Vocabulary]:
        """The code lists as the kinds take them."""
        return {name: kinds.Vocabulary.of(vocab.terms, vocab.finding) for name, vocab in self.vocabs.items()}

    def vocabulary(self, spec: FieldSpec) -> kinds.Vocabulary | None:
        """The code list of a field, if it has one."""
        return self.vocabularies[spec.vocab] if spec.vocab else None

    def columns(self, export: str) -> tuple[str, ...]:
        """The header row of an import template, in the Ministry's order."""
        spec = _known(export, self.exports, "mẫu xuất", "schemas/exports")
        fields = self.records[spec.record].fields
        ours = (field for field in fields if field.column)
        return spec.leading + tuple(f.column for f in ours if not f.editions or export in f.editions)


def default_folder() -> Path:
    """The declarations of this installation: beside the package in a checkout, else under ``share``."""
    checkout = Path(__file__).resolve().parent.parent / "schemas"
    return checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "hotich" / "schemas"


def load(folder: Path | None = None) -> Schemas:
    """Read and check all declarations of a folder. Raises ``SchemaError`` for the first flaw found."""
    folder = folder or default_folder()
    if not folder.is_dir():
        raise SchemaError(f"Không thấy thư mục khai báo {folder}. Hãy cài lại hoặc chỉ đúng thư mục schemas.")
    digest = hashlib.sha256()
    records = {r.record: r for r in _all(folder / "records", RecordSpec, "record", digest)}
    vocabs = {v.vocab: v for v in _all(folder / "vocab", Vocab, "vocab", digest)}
    exports = {e.export: e for e in _all(folder / "exports", ExportSpec, "export", digest)}
    forms = {f.id: f for f in _all(folder / "forms", Form, "id", digest)}
    findings_file = folder / "findings.toml"
    table = _read(findings_file, digest)
    findings = {
        f.code: f for f in (_checked(FindingSpec, row, findings_file) for row in table.get("finding", []))
    }
    records = {name: _with_severities(record, findings) for name, record in records.items()}
    principles = {
        p.code: p for p in (_checked(PrincipleSpec, row, findings_file) for row in table.get("principle", []))
    }
    fingerprint = digest.hexdigest()[:16]
    schemas = Schemas(
        records, forms, exports, vocabs, findings, fingerprint, principles, place_tables=folder / PLACES
    )
    _check(schemas, folder)
    return schemas


def _with_severities(record: RecordSpec, findings: Mapping[str, FindingSpec]) -> RecordSpec:
    """The record whose rules have a severity each: their own, or their finding's."""
    rules = tuple(
        rule
        if "severity" in rule.model_fields_set or rule.code not in findings
        else rule.model_copy(update={"severity": findings[rule.code].severity})
        for rule in record.rules
    )
    return record.model_copy(update={"rules": rules})


def load_form(path: Path, schemas: Schemas) -> Form:
    """One more form from a file of its own, checked against the records of ``schemas``."""
    form = _checked(Form, _read(path, hashlib.sha256()), path)
    _check_stem(form, "id", path)
    form = form.model_copy(update={"fingerprint": hashlib.sha256(path.read_bytes()).hexdigest()[:16]})
    _check_form(form, schemas, path)
    return form


def _read(path: Path, digest: Any) -> dict[str, Any]:
    try:
        data = path.read_bytes()
        digest.update(path.name.encode() + data)
        return tomllib.loads(data.decode("utf-8"))
    except FileNotFoundError:
        raise SchemaError(f"Thiếu tệp khai báo {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SchemaError(f"{path}: không đọc được TOML ({error}).") from None


def _all(folder: Path, model: type[D], key: str, digest: Any) -> list[D]:
    found = []
    for path in sorted(folder.glob("*.toml")):
        item = _checked(model, _read(path, digest), path)
        _check_stem(item, key, path)
        if isinstance(item, Form):
            mark = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            item = item.model_copy(update={"fingerprint": mark})
        found.append(item)
    return found


def _checked(model: type[D], data: Mapping[str, Any], path: Path) -> D:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # a key misspelt is both missing and unknown: the unknown one tells more
        first = min(error.errors(), key=lambda flaw: flaw["type"] != "extra_forbidden")
        where = ".".join(str(step) for step in first["loc"])
        if first["type"] == "extra_forbidden":
            wrong = str(first["loc"][-1])
            hint = nearest(wrong, _keys(model))
            raise SchemaError(f"{path}: khóa lạ “{where}”.{hint}") from None
        raise SchemaError(f"{path}: “{where}” {_complaint(first['type'], first['msg'])}.") from None


def _complaint(flaw: str, message: str) -> str:
    """What pydantic found, in Vietnamese; its own words where it is none of the usual flaws."""
    if flaw == "missing":
        return "là khóa bắt buộc nhưng không có"
    if flaw in ("string_type", "literal_error", "enum"):
        return f"không phải giá trị được phép ({message})"
    if flaw in ("float_type", "float_parsing", "int_type", "int_parsing", "int_from_float"):
        return "phải là một số"
    if flaw in ("tuple_type", "too_long", "too_short"):
        return f"phải là một danh sách đúng số phần tử ({message})"
    return f"không hợp lệ ({message})"


def _keys(model: type[Declaration], seen: frozenset[type] = frozenset()) -> list[str]:
    names: list[str] = []
    for name, info in model.model_fields.items():
        names.append(info.alias or name)
        for part in _models_in(info.annotation):
            if part not in seen:
                names += _keys(part, seen | {model, part})
    return names


def _models_in(annotation: Any) -> Iterator[type[Declaration]]:
    if isinstance(annotation, type) and issubclass(annotation, Declaration):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)


def nearest(word: str, known: Iterable[str]) -> str:
    """Asks in Vietnamese whether the nearest known word is meant; ``""`` where none is near."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Có phải là “{close[0]}”?" if close else ""


def _known(name: str, things: Mapping[str, T], what: str, where: str, file: Path | None = None) -> T:
    """The thing of that name, else ``SchemaError``: ``where`` lists the known ones, ``file`` holds the slip."""
    if name in things:
        return things[name]
    slip = f"{file}: không" if file else "Không"
    raise SchemaError(f"{slip} có {what} “{name}” trong {where}.{nearest(name, things)}")


def _check(schemas: Schemas, folder: Path) -> None:
    for record in schemas.records.values():
        _check_record(record, schemas, folder / "records" / f"{record.record}.toml")
    for vocab in schemas.vocabs.values():
        where = folder / "vocab" / f"{vocab.vocab}.toml"
        _check_unique([term.code for term in vocab.terms], "mã", where)
        _known(vocab.finding, schemas.findings, "phát hiện", "schemas/findings.toml", where)
    for principle in schemas.principles.values():
        for code in principle.kept_by:
            _known(code, schemas.findings, "phát hiện", "schemas/findings.toml", folder / "findings.toml")
    for export in schemas.exports.values():
        where = folder / "exports" / f"{export.export}.toml"
        _known(export.record, schemas.records, "loại việc", "schemas/records", where)
    for form in schemas.forms.values():
        _check_form(form, schemas, folder / "forms" / f"{form.id}.toml")


def _check_record(record: RecordSpec, schemas: Schemas, where: Path) -> None:
    _check_unique([f.name for f in record.fields], "trường", where)
    _check_unique([f.column for f in record.fields if f.column], "cột", where)
    for spec in record.fields:
        if spec.kind not in kinds.KINDS:
            hint = nearest(spec.kind, kinds.KINDS)
            raise SchemaError(f"{where}: trường “{spec.name}” có kiểu lạ “{spec.kind}”.{hint}")
        if spec.vocab is not None:
            _known(spec.vocab, schemas.vocabs, "danh mục", "schemas/vocab", where)
        if spec.ledger is not None:
            _known(spec.ledger, LEDGER_KEYS, "khóa", "ledger.toml", where)
        for edition in spec.editions:
            _known(edition, schemas.exports, "mẫu xuất", "schemas/exports", where)
    _check_roles(record, where)
    for rule in record.rules:
        _check_rule(rule, record, schemas, where)


def _check_rule(rule: RuleSpec, record: RecordSpec, schemas: Schemas, where: Path) -> None:
    for name in rule.fields:
        _known(name, record.by_name, "trường", "phần field", where)
    for name in rule.about:
        _known(name, dict.fromkeys(rule.fields), "trường", f"quy tắc {rule.code}", where)
    _known(rule.code, schemas.findings, "phát hiện", "schemas/findings.toml", where)
    predicate = _known(rule.predicate, PREDICATES, "phép hỏi", "pipeline/predicates", where)
    if predicate.needs_of(len(rule.fields)) is None:
        wanted = f"{len(predicate.needs)}{' trở lên' if predicate.more else ''}"
        raise SchemaError(f"{where}: quy tắc {rule.code}: “{rule.predicate}” hỏi {wanted} trường.")
    for name in rule.limits:
        limits = dict.fromkeys(sorted(predicate.limits))
        _known(name, limits, "giới hạn", f"phép hỏi “{rule.predicate}”", where)


def _check_roles(record: RecordSpec, where: Path) -> None:
    """What the checks of books and of the registry ask for is there."""
    named = [*(record.book.model_dump().values() if record.book else ())]
    named += [name for person in record.people for name in person.field_names]
    for name in named:
        _known(name, record.by_name, "trường", "phần field", where)
    _check_unique([person.role for person in record.people], "vai", where)


def _check_form(form: Form, schemas: Schemas, where: Path) -> None:
    if (form.layout == "table") != (form.table is not None):
        raise SchemaError(f"{where}: mẫu dạng bảng cần phần [table], mẫu dạng trang thì không.")
    record = _known(form.record, schemas.records, "loại việc", "schemas/records", where)
    _check_cells(form, where)
    _check_slots(form, record, where)
    for box in form.boxes:
        _known(box.field, record.by_name, "trường", f"{record.record}.toml", where)
    if form.table:
        total = sum(column.width for column in form.table.columns)
        if abs(total - 1) > 0.002:
            raise SchemaError(f"{where}: tổng bề rộng (width) các cột là {total:.3f}, phải bằng 1.")


def _check_cells(form: Form, where: Path) -> None:
    """A blank needs both ends, and a field needs a blank: else it would silently be never read."""
    known: dict[str, Mapping[str, str]] = {}
    for line in form.lines:
        for cell in line.cells:
            what = f"{where}: dòng at = {line.at}, “{cell.label or cell.field or ''}”"
            if (cell.from_ is None) != (cell.to is None):
                raise SchemaError(f"{what}: chỗ trống cần cả hai khóa from và to.")
            if cell.from_ is not None and cell.to is not None and cell.from_ >= cell.to:
                raise SchemaError(f"{what}: from = {cell.from_} phải nhỏ hơn to = {cell.to}.")
            roles = _roles(cell.field, cell.fields)
            if known.setdefault(_slot_name(roles), roles) != roles:
                raise SchemaError(f"{what}: dòng viết tiếp phải có cùng các vai như dòng đầu.")
            if roles and cell.from_ is None:
                raise SchemaError(f"{what}: có trường nhưng thiếu chỗ trống (from, to).")
            if cell.part is not None and cell.part not in PARTS:
                raise SchemaError(f"{what}: phần lạ “{cell.part}” (part).{nearest(cell.part, PARTS)}")


def _check_slots(form: Form, record: RecordSpec, where: Path) -> None:
    for slot in form.slots:
        for name in slot.field_names:
            if name not in record.by_name:
                hint = nearest(name, record.by_name)
                raise SchemaError(f"{where}: trường lạ “{name}”, không có trong {record.record}.toml.{hint}")
        if slot.kind and slot.kind not in kinds.COMPOSITES:
            hint = nearest(slot.kind, kinds.COMPOSITES)
            raise SchemaError(f"{where}: ô “{slot.name}” có kiểu ghép lạ “{slot.kind}” (kind).{hint}")
        if len(slot.roles) > 1 and not slot.kind:
            raise SchemaError(f"{where}: ô “{slot.name}” giữ nhiều trường nên cần một kiểu ghép (kind).")
        for role in slot.roles if slot.kind else ():
            if role not in kinds.COMPOSITES[slot.kind].ROLES:
                hint = nearest(role, kinds.COMPOSITES[slot.kind].ROLES)
                raise SchemaError(f"{where}: vai lạ “{role}” trong ô “{slot.name}”.{hint}")


def _check_stem(item: Declaration, key: str, path: Path) -> None:
    """A copied file whose name inside was left as it was would silently replace the other one."""
    name = getattr(item, key)
    if name != path.stem:
        raise SchemaError(f"{path}: khóa {key} = “{name}” phải trùng với tên tệp “{path.stem}”.")


def _check_unique(names: list[str], what: str, where: Path) -> None:
    for name in names:
        if names.count(name) > 1:
            raise SchemaError(f"{where}: {what} “{name}” khai báo hai lần.")
