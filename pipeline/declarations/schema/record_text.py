"""Records as the files that declare them: from what a person said of a register in a form, and from a record itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.base.errors import SchemaError
from pipeline.base.text.toml_text import toml_value
from pipeline.base.text.tones import unaccented
from pipeline.declarations.schema.record import FieldSpec, RecordSpec
from pipeline.values.kinds import KINDS

MOST_NAME = 40
MOST_COLUMN = 60


@dataclass(frozen=True, slots=True)
class SaidField:
    """A field as a person said it.

    Attributes:
        label: Its name on paper.
        kind: A key of ``kinds.KINDS``.
        vocab: The code list of a choice.
        required: Whether every entry has it.
    """

    label: str
    kind: str
    vocab: str = ""
    required: bool = False


def record_of(title: str, prefix: str, said: Sequence[SaidField], before: RecordSpec | None = None) -> str:
    """Return the declaration of a register, with the fields and rules that every register has.

    Names of fields and columns follow from their labels. What a register was declared with before stays; the fields
    that were said are added to it.

    Args:
        title: Its title; a register that is declared keeps its own.
        prefix: What its files begin with; likewise.
        said: Its fields, or the ones to add.

    Raises:
        SchemaError: A label gives no name, or one that another field has.
    """
    if before is not None:
        taken = {one.name for one in before.fields} | {one.column for one in before.fields}
        fields = [*(_field(one) for one in before.fields), *_said_fields(said, taken)]
        return record_text(before, {"field": fields, "rule": _rules_of(before, fields)})
    name = _snake(title)
    fields = [*_KEY_FIELDS, *_said_fields(said, {one["name"] for one in _KEY_FIELDS} | _KEY_COLUMNS)]
    people = [
        {"role": one["name"].removesuffix("_name"), "event": "party", "name": one["name"]}
        for one in fields
        if KINDS[one["kind"]].is_name and one["name"] not in ("signer_name", "registrar_name")
    ]
    table = {"record": name, "title": title, "prefix": prefix, "field": fields}
    return _text(
        {**table, "rule": [*_KEY_RULES, *_date_rules(fields, set())], "book": _BOOK, "person": people}
    )


def record_text(record: RecordSpec, changed: Mapping[str, Any]) -> str:
    """Return the file of a record; ``changed``: tables and keys that are written instead of its own."""
    table: dict[str, Any] = {
        "record": record.record,
        "title": record.title,
        "prefix": record.prefix,
        "field": [_field(one) for one in record.fields],
        "rule": [_plain(one) for one in record.rules],
        "derive": [_plain(one) for one in record.derivations],
        "book": record.book.model_dump() if record.book else {},
        "person": [_plain(one) for one in record.people],
        **({"act": record.act.model_dump(mode="json", exclude_none=True)} if record.act else {}),
    }
    return _text({**table, **changed})


_KEY_FIELDS: tuple[dict[str, Any], ...] = (
    {"name": "entry_number", "column": "so", "kind": "entry_number", "label": "Số", "required": True, "critical": True},
    {
        "name": "volume_number", "column": "quyenSo", "kind": "volume", "label": "Quyển số", "required": True,
        "ledger": "volume",
    },
    {"name": "page_number", "column": "trangSo", "kind": "number", "label": "Trang số"},
    {
        "name": "registered_on", "column": "ngayDangKy", "kind": "date", "label": "Ngày đăng ký", "required": True,
        "critical": True,
    },
    {
        "name": "registration_place", "column": "noiDangKy", "kind": "place", "label": "Nơi đăng ký", "required": True,
        "ledger": "place", "critical": True,
    },
    {"name": "signer_name", "column": "nguoiKy", "kind": "name", "label": "Người ký"},
    {"name": "signer_title", "column": "chucVuNguoiKy", "kind": "text", "label": "Chức vụ người ký"},
    {"name": "registrar_name", "column": "nguoiThucHien", "kind": "name", "label": "Người thực hiện"},
    {"name": "notes", "column": "ghiChu", "kind": "text", "label": "Ghi chú"},
)  # fmt: skip
_KEY_COLUMNS = {str(one["column"]) for one in _KEY_FIELDS}
_BOOK = {"number": "entry_number", "registered_on": "registered_on", "page": "page_number", "notes": "notes"}
_KEY_RULES: tuple[dict[str, Any], ...] = (
    {"code": "K01", "predicate": "present", "fields": ["entry_number"]},
    {"code": "K02", "predicate": "present", "fields": ["volume_number"]},
    {"code": "K03", "predicate": "full_date", "fields": ["registered_on"]},
    {"code": "K04", "predicate": "same_year", "fields": ["entry_number", "registered_on"]},
    {"code": "K05", "predicate": "within_volume_years", "fields": ["volume_number", "registered_on"]},
    {"code": "K12", "predicate": "while_book_open", "fields": ["registered_on"]},
    {"code": "K13", "predicate": "same_volume", "fields": ["volume_number"]},
    {"code": "D03", "predicate": "year_from", "fields": ["registered_on"], "with": {"lowest": 1880}},
    {"code": "L10", "predicate": "absent", "fields": ["notes"]},
)


def _said_fields(said: Sequence[SaidField], taken: set[str]) -> Iterator[dict[str, Any]]:
    for one in said:
        name = _snake(one.label)
        if KINDS[one.kind].is_name:
            name = f"{name}_name"
        column = _camel(one.label)
        if name in taken or column in taken:
            raise SchemaError(f"Trường “{one.label[:60]}” trùng tên với một trường khác. Hãy đặt tên khác.")
        taken |= {name, column}
        found: dict[str, Any] = {"name": name, "column": column, "kind": one.kind, "label": one.label}
        if one.required:
            found["required"] = True
        if KINDS[one.kind].is_listed:
            if not one.vocab:
                raise SchemaError(f"Trường “{one.label[:60]}” là danh mục: hãy chọn danh mục nào.")
            found["vocab"] = one.vocab
        yield found


def _rules_of(before: RecordSpec, fields: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    asked = {one.fields[0] for one in before.rules if one.predicate == "not_after_closing"}
    known = set(before.by_name)
    new = [one for one in fields if one["name"] not in known]
    return [*(_plain(one) for one in before.rules), *_date_rules(new, asked)]


def _date_rules(fields: Sequence[Mapping[str, Any]], asked: set[str]) -> Iterator[dict[str, Any]]:
    for one in fields:
        if KINDS[one["kind"]].is_date and one["name"] not in asked:
            yield {"code": "D03", "predicate": "not_after_closing", "fields": [one["name"]]}


def _field(spec: FieldSpec) -> dict[str, Any]:
    return _plain(spec)


def _plain(one: Any) -> dict[str, Any]:
    """Return what a declaration says that is not usual, by the keys of its file."""
    return {
        key: value
        for key, value in one.model_dump(mode="json", by_alias=True, exclude_defaults=True).items()
        if value not in ({}, [], None)
    }


def _text(table: Mapping[str, Any]) -> str:
    lines = [f"{key} = {toml_value(table[key])}" for key in ("record", "title", "prefix")]
    for key in ("field", "rule", "derive", "person"):
        rows = list(table.get(key, ()))
        if rows:
            lines += ["", f"{key} = [", *(f"  {toml_value(row)}," for row in rows), "]"]
    if table.get("book"):
        lines += ["", f"book = {toml_value(table['book'])}"]
    return "\n".join(lines) + "\n"


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", unaccented(text).casefold())


def _snake(text: str) -> str:
    name = re.sub(r"^[0-9_]+", "", "_".join(_words(text)))[:MOST_NAME].strip("_")
    if not name:
        raise SchemaError(f"“{text[:60]}” chưa có chữ nào dùng được làm tên.")
    return name


def _camel(text: str) -> str:
    first, *rest = _snake(text).split("_")
    return (first + "".join(one.capitalize() for one in rest))[:MOST_COLUMN]
