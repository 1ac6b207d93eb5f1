"""The kinds of registers that an office declares itself: records, code lists and workbooks of its own.

They lie beside the office's own forms and are written as the ones that came with the program are. Names become names of
tables and columns, so they are held to letters, figures and underscores. What came with the program is not replaced.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pipeline.base.errors import SchemaError
from pipeline.base.text.control_characters import control_character_flaw
from pipeline.declarations.schema.declaration import Declaration, parse_declaration
from pipeline.declarations.schema.lists import ExportSpec, Vocab
from pipeline.declarations.schema.loading import (
    check_export,
    check_record,
    check_vocab,
    with_severities,
)
from pipeline.declarations.schema.own_flaws import OwnFlaw, OwnFolder, flaw_of, own_bytes, own_files
from pipeline.declarations.schema.record import FieldSpec, RecordSpec
from pipeline.declarations.schema.schemas import Schemas

MOST_FIELDS = 200
MOST_RECORDS = 40
LONGEST_LABEL = 120

NAME = re.compile(r"[a-z][a-z0-9_]{1,47}")
"""Names of records and fields: those of tables and columns, short enough for every database."""
FILE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,47}")
"""Names of lists and workbooks, which are names of files."""
PREFIX = re.compile(r"[A-Z]{2,5}")
COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9]{0,79}")

RESERVED = frozenset({"entry_id"})
"""The column that every table of a record has besides its fields."""

OF_DATABASES = frozenset({"cmax", "cmin", "ctid", "oid", "rowid", "tableoid", "xmax", "xmin"})
"""Columns that PostgreSQL or SQLite give every table: no new field takes such a name."""

KEY_KINDS: Mapping[str, str] = {
    "entry_number": "entry_number",
    "volume_number": "volume",
    "page_number": "number",
    "registered_on": "date",
    "registration_place": "place",
    "notes": "text",
}
"""The fields that every register of an office has, by the names that the program knows, and their kinds."""

REQUIRED = ("entry_number", "volume_number", "registered_on", "registration_place")

FROM_COVER: Mapping[str, str] = {"volume_number": "volume", "registration_place": "place"}
"""The fields that the cover of a book fills, and the key of its ``ledger.toml``."""

OWN_WORKBOOK = "Bảng tính riêng của cơ quan: loại sổ này do cơ quan khai báo."

D = TypeVar("D", bound=Declaration)


def with_own_records(schemas: Schemas, folder: Path) -> Schemas:
    """Return the declarations with the registers that an office has declared itself; unchanged where it has none.

    The fingerprint of the declarations stays: only the forms of such a register change with it. A file with a flaw is
    not used, nor is what needs it; ``register_flaws`` tells each.

    Args:
        schemas: The declarations that came with the program.
        folder: The office's own declarations (``records``, ``vocab``, ``exports``); it need not be there.
    """
    flaws: list[OwnFlaw] = []
    vocabs = _read_all(folder, "vocab", Vocab, "vocab", schemas.vocabs, flaws)
    records = _read_all(folder, "records", RecordSpec, "record", schemas.records, flaws)
    exports = _read_all(folder, "exports", ExportSpec, "export", schemas.exports, flaws)
    if not (vocabs or records or exports or flaws):
        return schemas
    own_lists = "".join(_mark(path) for path in own_files(folder / "vocab")[0])
    vocabs = _sound(folder, "vocab", vocabs, lambda one, where: check_vocab(one, schemas, where), flaws)
    lists = replace(schemas, vocabs={**schemas.vocabs, **vocabs})
    with_records = _with_records(lists, records)
    records = _sound(
        folder, "records", records, lambda one, where: _check_record(one, with_records, where), flaws
    )
    whole = _with_records(lists, records)
    exports = _sound(folder, "exports", exports, lambda one, where: check_export(one, whole, where), flaws)
    own_exports = {
        spec.export: spec.model_copy(update={"evidence": "own", "note": spec.note or OWN_WORKBOOK})
        for spec in exports.values()
    }
    for record in records.values():
        has_one = any(spec.record == record.record for spec in own_exports.values())
        if not (has_one or any(_may_be_of(flaw, record.record) for flaw in flaws)):
            own_exports.setdefault(record.prefix, _workbook_of(record))
    return replace(
        whole,
        exports={**schemas.exports, **own_exports},
        own_records={name: _mark(folder / "records" / f"{name}.toml") + own_lists for name in records},
        own_vocabs=frozenset(vocabs),
        register_flaws=tuple(flaws),
    )


def refuse_flawed_workbook(schemas: Schemas, record: str) -> None:
    """Check that no workbook of an office's own register lies in a file with a flaw.

    Args:
        schemas: The declarations.
        record: The register.

    Raises:
        NotDeclared: One does, or may: another one would be delivered in its place.
    """
    for flaw in schemas.register_flaws:
        if record in schemas.own_records and _may_be_of(flaw, record):
            raise flaw.refusal(f"Bảng xuất “{flaw.name}”")


def _may_be_of(flaw: OwnFlaw, record: str) -> bool:
    """Return whether a file with a flaw is a workbook of a register, as far as one can tell."""
    return flaw.folder == "exports" and (not flaw.text or flaw.mentions(record))


def _with_records(schemas: Schemas, records: Mapping[str, RecordSpec]) -> Schemas:
    ready = {name: with_severities(record, schemas.findings) for name, record in records.items()}
    return replace(schemas, records={**schemas.records, **ready})


def _check_record(record: RecordSpec, schemas: Schemas, where: Path) -> None:
    _check_own(record, schemas, where)
    check_record(record, schemas, where)


def _sound(
    folder: Path,
    kind: OwnFolder,
    declared: Mapping[str, D],
    check: Callable[[D, Path], None],
    flaws: list[OwnFlaw],
) -> dict[str, D]:
    """Return those declarations that a check finds no flaw in, and note the flaw of each other one."""
    found = {}
    for name, one in declared.items():
        where = folder / kind / f"{name}.toml"
        try:
            check(one, where)
            found[name] = one
        except SchemaError as error:
            flaws.append(flaw_of(kind, where, error.message))
    return found


def own_record(schemas: Schemas, text: str, where: Path) -> RecordSpec:
    """Return the record that a text declares, checked against everything else; nothing is kept.

    Args:
        schemas: The declarations, with what the office has.
        text: The declaration, as it would lie in a file.
        where: What is named in error messages.

    Raises:
        SchemaError: The first flaw, with the file.
    """
    record = parse_declaration(RecordSpec, text.encode(), "", where)
    others = {name: spec for name, spec in schemas.records.items() if name != record.record}
    if record.record in schemas.records and record.record not in schemas.own_records:
        raise SchemaError(f"{where}: “{record.record}” là loại sổ đi kèm phần mềm, không khai lại được.")
    whole = replace(
        schemas,
        records={**others, record.record: record},
        exports={record.prefix: _workbook_of(record), **schemas.exports},
    )
    _check_own(record, whole, where)
    before = schemas.records.get(record.record)
    for name in OF_DATABASES & record.by_name.keys() - (before.by_name.keys() if before else set()):
        raise SchemaError(f"{where}: trường “{name}”: cơ sở dữ liệu dùng tên này. Hãy đặt tên khác.")
    check_record(record, whole, where)
    return record


def _read_all(
    folder: Path,
    kind: OwnFolder,
    model: type[D],
    key: str,
    known: Mapping[str, object],
    flaws: list[OwnFlaw],
) -> dict[str, D]:
    found: dict[str, D] = {}
    paths, twins = own_files(folder / kind)
    for path in paths:
        try:
            if path.name in twins:
                raise SchemaError(twins[path.name])
            item = parse_declaration(model, own_bytes(path), key, path)
            if path.stem in known:
                raise SchemaError(
                    f"{path}: “{path.stem}” đi kèm phần mềm, không khai lại được. Hãy đặt tên khác."
                )
            if not (NAME if key == "record" else FILE).fullmatch(path.stem):
                raise SchemaError(
                    f"{path}: tên “{path.stem}” chỉ được có chữ không dấu, chữ số, {_joiner(key)}."
                )
            found[path.stem] = item
        except SchemaError as error:
            flaws.append(flaw_of(kind, path, error.message))
    return found


def _joiner(key: str) -> str:
    return "gạch dưới, viết thường" if key == "record" else "gạch nối"


def _mark(path: Path) -> str:
    """Return what changes with a file; ``""`` of one that cannot be read, whose flaw is told."""
    try:
        return hashlib.sha256(own_bytes(path)).hexdigest()[:16]
    except SchemaError:
        return ""


def _workbook_of(record: RecordSpec) -> ExportSpec:
    return ExportSpec(
        export=record.prefix,
        record=record.record,
        title=f"{record.title}, bảng tính của cơ quan",
        sheet="Sheet1",
        evidence="own",
        note=OWN_WORKBOOK,
    )


def _check_own(record: RecordSpec, schemas: Schemas, where: Path) -> None:
    """Check what the program asks of a register that nobody here has declared."""
    if not NAME.fullmatch(record.record):
        raise SchemaError(f"{where}: tên loại sổ chỉ được có chữ không dấu viết thường, chữ số, gạch dưới.")
    if not PREFIX.fullmatch(record.prefix):
        raise SchemaError(f"{where}: prefix là 2 đến 5 chữ hoa không dấu, như KS.")
    others = (one for one in schemas.records.values() if one.record != record.record)
    taken = [one.title for one in others if one.prefix == record.prefix]
    if taken:
        raise SchemaError(f"{where}: prefix “{record.prefix}” là của sổ “{taken[0]}”.")
    if len(record.fields) > MOST_FIELDS:
        raise SchemaError(f"{where}: nhiều nhất {MOST_FIELDS} trường.")
    for text in (record.title, *(one.label for one in record.fields)):
        flaw = control_character_flaw(text)
        if flaw or not text.strip() or len(text) > LONGEST_LABEL:
            said = flaw or f"phải có chữ, dài nhất {LONGEST_LABEL} ký tự"
            raise SchemaError(f"{where}: tên gọi “{text[:20]}” {said}.")
    for one in record.fields:
        _check_names(one, where)
    _check_key(record, where)


def _check_names(field: FieldSpec, where: Path) -> None:
    if not NAME.fullmatch(field.name) or field.name in RESERVED:
        raise SchemaError(
            f"{where}: trường “{field.name[:40]}”: tên chỉ được có chữ không dấu viết thường, chữ số, gạch dưới, và "
            "không phải entry_id."
        )
    if field.column and not COLUMN.fullmatch(field.column):
        raise SchemaError(f"{where}: cột “{field.column[:40]}” chỉ được có chữ không dấu và chữ số.")
    if field.editions:
        raise SchemaError(f"{where}: trường “{field.name}”: loại sổ của cơ quan không có editions.")


def _check_key(record: RecordSpec, where: Path) -> None:
    """Check the fields by which every entry is told from all others."""
    for name, kind in KEY_KINDS.items():
        spec = record.by_name.get(name)
        if spec is None or spec.kind != kind:
            raise SchemaError(f"{where}: cần trường “{name}” kiểu {kind}, mọi sổ đều có.")
    for name in REQUIRED:
        if not (record.by_name[name].required and record.by_name[name].column):
            raise SchemaError(f"{where}: trường “{name}” phải bắt buộc (required = true) và có cột (column).")
    for name, key in FROM_COVER.items():
        if record.by_name[name].ledger != key:
            raise SchemaError(f"{where}: trường “{name}” phải lấy từ bìa sổ: ledger = “{key}”.")
    if record.book is None:
        raise SchemaError(f"{where}: thiếu “book”: số, ngày đăng ký, trang, ghi chú là trường nào.")
