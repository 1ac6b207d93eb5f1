"""Tables of the TOML files that people write, as pydantic models: read, checked, and every flaw said in Vietnamese."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from pipeline.base.outbound import read_address
from pipeline.base.staff_toml import StaffFile
from pipeline.base.text.nearest_word import nearest_hint

M = TypeVar("M", bound=BaseModel)

FLAW = "hotich"
"""The type of an error that our validators raise: its message is a Vietnamese clause that follows the key.

A validator of a whole model names the key in the context of the error."""

FLAW_OF_ROW = "hotich-row"
"""The type of such an error whose message says what is wrong without the key."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a complaint about a key says where the type of the key does not say it; an annotation of a field.

    Attributes:
        words: What the value must be: a clause that follows the key.
        missing: What follows “thiếu …” where the key is not there.
    """

    words: str = ""
    missing: str = "."


@dataclass(frozen=True, slots=True)
class Complaint:
    """A flaw of a table; ``row``: the key of an array of tables in it and the number of the row, from 0."""

    row: tuple[str, int] | None
    key: str
    sentence: str


def read_table(path: Path, table: str, model: type[M]) -> M:
    """Return what ``[table]`` of a file sets, the defaults for what it leaves out or where there is no file.

    Raises:
        SchemaError: Names every flaw with its line.
    """
    if not path.exists():
        return model()
    file = StaffFile(path)
    found = checked_table(file, table, model)
    file.refuse_flaws()
    assert found is not None  # else there was a flaw
    return found


def checked_table(file: StaffFile, table: str, model: type[M]) -> M | None:
    """Return what ``[table]`` sets; None: it has flaws, which are noted."""

    def note(one: Complaint) -> None:
        if one.row is None:
            file.flaw_of_table(table, one.key, one.sentence)
        else:
            file.flaw_of_row(f"{table}.{one.row[0]}", one.row[1], one.key, one.sentence)

    return _checked(model, file.own_table(table), table, note)


def checked_rows(file: StaffFile, table: str, model: type[M]) -> list[tuple[int, M]]:
    """Return the rows of ``[[table]]`` without flaws, each with its number; the flaws of the others are noted."""
    found = []
    for number, row in file.rows(table):

        def note(one: Complaint, number: int = number) -> None:
            file.flaw_of_row(table, number, one.key, one.sentence)

        checked = _checked(model, row, table, note)
        if checked is not None:
            found.append((number, checked))
    return found


def checked_keys(file: StaffFile, keys: Mapping[str, Any], model: type[M]) -> M | None:
    """Return what keys of the file itself set; None: they have flaws, which are noted."""
    return _checked(model, keys, "", lambda one: file.flaw(one.key, one.sentence))


def note_unknown_tables(file: StaffFile, known: Iterator[str] | tuple[str, ...]) -> None:
    """Note every table of the file that is not among the known ones."""
    names = tuple(known)
    for name in file.table:
        if name not in names:
            file.flaw(name, f"bảng lạ “{name}”.{nearest_hint(name, names)}")


def _checked(
    model: type[M], keys: Mapping[str, Any], table: str, note: Callable[[Complaint], object]
) -> M | None:
    try:
        return model.model_validate(keys)
    except ValidationError as error:
        for one in complaints(error, model, table):
            note(one)
        return None


def complaints(error: ValidationError, model: type[BaseModel], table: str = "") -> Iterator[Complaint]:
    """Yield what is wrong with a table, one complaint a key; ``ELSEWHERE`` of a model says where other things stand."""
    flaws = error.errors(include_url=False)
    # a key misspelt is both missing and unknown: the unknown one tells more
    misspelt = {flaw["loc"][:-1] for flaw in flaws if flaw["type"] == "extra_forbidden"}
    seen = set()
    for flaw in flaws:
        if flaw["type"] == "missing" and flaw["loc"][:-1] in misspelt:
            continue
        one = _complaint(flaw, model, table)
        if (one.row, one.key) not in seen:
            seen.add((one.row, one.key))
            yield one


def _complaint(flaw: ErrorDetails, model: type[BaseModel], table: str) -> Complaint:
    loc, row = flaw["loc"], None
    if len(loc) > 1 and isinstance(loc[1], int):
        inner = row_model(_fields(model)[str(loc[0])])
        if inner is not None:
            if len(loc) < 3:  # a row that is no table
                return Complaint(None, str(loc[0]), _sentence(flaw, str(loc[0]), model, table))
            row, loc, model = (str(loc[0]), loc[1]), loc[2:], inner
    key = str(loc[0]) if loc else str(flaw.get("ctx", {}).get("key", table))
    return Complaint(row, key, _sentence(flaw, key, model, table))


def _sentence(flaw: ErrorDetails, key: str, model: type[BaseModel], table: str) -> str:
    fields, kind = _fields(model), flaw["type"]
    if kind == "extra_forbidden":
        return f"khóa lạ “{key}”.{nearest_hint(key, fields)}{getattr(model, 'ELSEWHERE', '')}"
    if kind in (FLAW, FLAW_OF_ROW):
        return f"{flaw['msg']}." if kind == FLAW_OF_ROW else f"“{key}” {flaw['msg']}."
    info = fields[key]
    wanted = next((one for one in info.metadata if isinstance(one, Wanted)), Wanted())
    if kind == "missing" or (kind == "string_too_short" and not wanted.words):
        return f"thiếu “{key}”{wanted.missing}"
    if row_model(info) is not None:
        return f"“{key}” phải viết thành các mục [[{table}.{key}]]."
    example = f", ví dụ {json.dumps(info.examples[0], ensure_ascii=False)}" if info.examples else ""
    return f"“{key}” {wanted.words or _wanted_by_type(info)}{example}."


def _wanted_by_type(info: FieldInfo) -> str:
    kind = plain_type(info)
    if choices := choices_of(info):
        return f"chỉ có thể là {', '.join(choices[:-1])} hoặc {choices[-1]}"
    if kind is bool:
        return "chỉ có thể là true hoặc false"
    if kind in (int, float):
        bounds = bounds_of(info)
        least, above, most = bounds.get("ge"), bounds.get("gt"), bounds.get("le")
        if least is not None and most is not None:
            return f"phải là một số từ {least} đến {most}"
        if above is not None:
            return f"phải là một số lớn hơn {above}"
        return "phải là một số" if least is None else f"phải là một số, từ {least} trở lên"
    if kind is str:
        return "phải là chữ trong dấu nháy kép"
    return "phải là danh sách chữ" if get_origin(kind) in (tuple, frozenset) else "không dùng được"


def outbound_address(key: str) -> AfterValidator:
    """Return what refuses a text that is no address to which the program may connect."""

    def checked(url: str) -> str:
        _, flaw = read_address(url, key)
        if flaw:
            raise PydanticCustomError(FLAW_OF_ROW, "{flaw}", {"flaw": flaw.removesuffix(".")})
        return url

    return AfterValidator(checked)


def bounds_of(info: FieldInfo) -> dict[str, Any]:
    """Return the bounds of a field by their names in pydantic (``ge``, ``gt``, ``le``, ``max_length``, …)."""
    names = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern")
    found: dict[str, Any] = {}
    for one in info.metadata:
        found |= {name: getattr(one, name) for name in names if getattr(one, name, None) is not None}
    return found


def plain_type(info: FieldInfo) -> Any:
    """Return the type of a field without the None that it may be instead."""
    if get_origin(info.annotation) in (Union, UnionType):
        return next(one for one in get_args(info.annotation) if one is not NoneType)
    return info.annotation


def choices_of(info: FieldInfo) -> tuple[str, ...]:
    """Return the texts that a field may be; none: it is not bound to some."""
    kind = plain_type(info)
    return get_args(kind) if get_origin(kind) is Literal else ()


def row_model(info: FieldInfo) -> type[BaseModel] | None:
    """Return what the rows of a field are that is an array of tables; None: it is another field."""
    inner = get_args(info.annotation)
    return inner[0] if inner and isinstance(inner[0], type) and issubclass(inner[0], BaseModel) else None


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {info.alias or name: info for name, info in model.model_fields.items()}
