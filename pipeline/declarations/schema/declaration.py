"""What every declaration is: frozen, strict about its keys, and explicit about what is wrong with it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.base.errors import SchemaError
from pipeline.base.files import FileRefused, parse_toml
from pipeline.base.text.nearest_word import nearest_hint

PLACES = "places"
"""The folder of ``schemas/`` that holds the tables of administrative units."""


def default_folder() -> Path:
    """Return the declarations of this installation: next to the package in a checkout, else under ``share``."""
    checkout = Path(__file__).resolve().parents[3] / "schemas"
    return checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "hotich" / "schemas"


class Declaration(BaseModel):
    """A frozen piece of a declaration; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


T = TypeVar("T")


def look_up(name: str, things: Mapping[str, T], what: str, where: str, file: Path | None = None) -> T:
    """Return what has that name.

    Args:
        name: The name.
        things: All that there are, by name.
        what: What they are, in Vietnamese.
        where: Where they are declared.
        file: The file that names it, if any.

    Raises:
        SchemaError: There is none; the message names the nearest one.
    """
    if name in things:
        return things[name]
    slip = f"{file}: không" if file else "Không"
    raise SchemaError(f"{slip} có {what} “{name}” trong {where}.{nearest_hint(name, things)}")


D = TypeVar("D", bound=Declaration)


def validate_declaration(model: type[D], data: Mapping[str, Any], path: Path) -> D:
    """Return what a table of a file declares.

    Args:
        model: The class of the declaration.
        data: The table.
        path: The file, to be named in error messages.

    Raises:
        SchemaError: The table is wrong; names the file, the key and the nearest known key.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # a key misspelt is both missing and unknown: the unknown one tells more
        first = min(error.errors(), key=lambda flaw: flaw["type"] != "extra_forbidden")
        where = ".".join(str(step) for step in first["loc"])
        if first["type"] == "extra_forbidden":
            wrong = str(first["loc"][-1])
            hint = nearest_hint(wrong, _keys(model))
            raise SchemaError(f"{path}: khóa lạ “{where}”.{hint}") from None
        raise SchemaError(f"{path}: “{where}” {_complaint(first['type'], first['msg'])}.") from None


def _complaint(flaw: str, message: str) -> str:
    """Return what pydantic found, in Vietnamese; its own words where it is none of the usual flaws."""
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


def parse_declaration(model: type[D], data: bytes, key: str, path: Path) -> D:
    """Return what the bytes of a file declare.

    Args:
        model: The class of the declaration.
        data: The bytes.
        key: The key that holds the declaration's id, which is the name of its file; ``""``: it lies in no file.
        path: The file, to be named in error messages.

    Raises:
        SchemaError: It is no TOML or has a flaw.
    """
    try:
        table = parse_toml(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise SchemaError(f"{path}: không đọc được TOML (tệp không phải chữ UTF-8).") from None
    except (ValueError, FileRefused) as error:
        raise SchemaError(f"{path}: không đọc được TOML ({_in_words(str(error))}).") from None
    item = validate_declaration(model, table, path)
    if key:
        check_stem(item, key, path)
    return item


def _in_words(flaw: str) -> str:
    """Return where a text stops being TOML; what else may be wrong with it as it was said."""
    found = re.search(r"at line (\d+), column (\d+)", flaw)
    if found is not None:
        return f"sai cú pháp ở dòng {found[1]}, cột {found[2]}"
    return "thiếu phần cuối" if "end of document" in flaw else flaw


def check_stem(item: Declaration, key: str, path: Path) -> None:
    """Check that a file is named as its id: a copy with the id of another would silently replace that."""
    name = getattr(item, key)
    if name != path.stem:
        raise SchemaError(f"{path}: khóa {key} = “{name}” phải trùng với tên tệp “{path.stem}”.")
