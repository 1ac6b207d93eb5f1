"""``ledger.toml``: what the cover of a book says and no page repeats. One file in the folder of each book.

Whether the form exists is asked later, of the declarations (``Schemas.form``). A ledger may come from anybody, on paper
too (``pipeline.scans.inbox.separator_sheet``): its size, texts and numbers are bounded.
"""

from __future__ import annotations

import datetime
import difflib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from pipeline.base.errors import LedgerError
from pipeline.base.files import FileRefused, parse_toml, printable, read_regular_file
from pipeline.base.model import BookSeries, Ledger
from pipeline.base.text.control_characters import control_character_flaw
from pipeline.base.text.legacy_fonts import convert_legacy, recognize_font
from pipeline.base.text.numbers import format_count
from pipeline.values.kinds import DATE

LEDGER_FILE = "ledger.toml"

LONGEST_TEXT = 200
"""Letters of a text."""

MOST_COUNTED = 100_000
"""Entries or pages of a book; thick books have 600."""

SERIES_NAMES = {
    BookSeries.ORDINARY: "thường",
    BookSeries.LATE: "quá hạn",
    BookSeries.AGAIN: "đăng ký lại",
    BookSeries.SECOND_COPY: "sổ lưu kép",
}
"""What an office calls the series of books; ``series`` of ``ledger.toml`` holds one of these."""

SERIES_MARKS = {
    BookSeries.ORDINARY: "",
    BookSeries.LATE: "-QH",
    BookSeries.AGAIN: "-DKL",
    BookSeries.SECOND_COPY: "-SLK",
}
"""What stands behind the volume in names: the files of two books of one volume never bear one name."""

_SERIES = {name: series for series, name in SERIES_NAMES.items()}

_VOLUME = re.compile(r"[0-9]{1,3}/(1[89]|20)[0-9]{2}")


def _bounded(value: object) -> object:
    """Refuse a text that no cover of a book can have, before anything looks into it."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise PydanticCustomError("hotich", "dài quá {most} chữ", {"most": LONGEST_TEXT})
        flaw = control_character_flaw(value)
        if flaw:
            raise PydanticCustomError("hotich", "{flaw}", {"flaw": flaw})
    return value


def _words(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("hotich", "phải viết trong dấu nháy kép")
    if not value.strip():
        raise PydanticCustomError("hotich", "không được để trống")
    legacy = recognize_font((value,))
    if legacy is not None:
        raise PydanticCustomError(
            "hotich",
            "gõ bằng phông chữ cũ {font}. Hãy gõ lại bằng Unicode, có lẽ là “{meant}”",
            {"font": legacy.font.value, "meant": convert_legacy(value.strip(), legacy.font)},
        )
    return value.strip()


def _volume(value: object) -> object:
    if not isinstance(value, str) or not _VOLUME.fullmatch(value.strip()):
        raise PydanticCustomError("hotich", "phải có dạng quyển/năm")
    return value.strip()


def _day(value: object) -> object:
    """Return ``dd.mm.yyyy`` of a text or of a TOML date; ``""`` stays (the cover is blank)."""
    if type(value) is datetime.date:
        return value.strftime("%d.%m.%Y")
    if value == "":
        return value
    day = DATE.parse(value).canonical if isinstance(value, str) else ""
    if len(day) != len("dd.mm.yyyy"):
        raise PydanticCustomError("hotich", "phải là một ngày có thật, đủ ngày, tháng, năm")
    return day


def _count(value: object) -> object:
    if type(value) is not int or value < 0:
        raise PydanticCustomError("hotich", "phải là số nguyên, không âm")
    if value > MOST_COUNTED:
        raise PydanticCustomError("hotich", "không quá {most}", {"most": format_count(MOST_COUNTED)})
    return value


def _series(value: object) -> object:
    if isinstance(value, BookSeries):
        return value
    named = " ".join(unicodedata.normalize("NFC", value).casefold().split()) if isinstance(value, str) else ""
    if named not in _SERIES:
        raise PydanticCustomError("hotich", "phải là một trong: {names}", {"names": ", ".join(_SERIES)})
    return _SERIES[named]


def _copied(value: object) -> object:
    return value if value == "" else _words(value)


# of several checks before a value, pydantic does the last one first
_Words = Annotated[str, BeforeValidator(_words), BeforeValidator(_bounded)]
_Volume = Annotated[str, BeforeValidator(_volume), BeforeValidator(_bounded)]
_Day = Annotated[str, BeforeValidator(_day), BeforeValidator(_bounded)]
_Series = Annotated[BookSeries, BeforeValidator(_series), BeforeValidator(_bounded)]
_Copied = Annotated[str, BeforeValidator(_copied), BeforeValidator(_bounded)]
_Count = Annotated[int | None, BeforeValidator(_count)]


class _LedgerFile(BaseModel):
    """The keys of ``ledger.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: _Words = Field(title="mẫu sổ", examples=["birth-2006"])
    place: _Words = Field(title="nơi đăng ký", examples=["UBND xã Bình Minh"])
    place_code: _Words = Field(title="mã nơi đăng ký", examples=["31318"])
    volume: _Volume = Field(title="quyển số", examples=["01/2010"])
    opened_on: _Day = Field(default="", title="ngày mở sổ", examples=["04.01.2010"])
    closed_on: _Day = Field(default="", title="ngày khóa sổ", examples=["31.12.2010"])
    entries: _Count = Field(default=None, title="tổng số sự kiện", examples=[128])
    pages: _Count = Field(default=None, title="tổng số trang", examples=[130])
    series: _Series = Field(default=BookSeries.ORDINARY, title="loại quyển", examples=["quá hạn"])
    copy_of: _Copied = Field(default="", title="là bản lưu kép của thư mục", examples=["KS.2010.31318.01"])


LEDGER_LABELS = {name: str(info.title) for name, info in _LedgerFile.model_fields.items()}
"""What an office calls the keys of ``ledger.toml``."""


def load_ledger(folder: Path) -> Ledger:
    """Read the ledger that ``folder/ledger.toml`` describes. Raises ``LedgerError`` for the first flaw found."""
    path = folder / LEDGER_FILE
    return ledger_from(_read(path), printable(path))


def ledger_from(table: Mapping[str, Any], where: str, *, in_form: bool = False) -> Ledger:
    """Return the ledger that those keys describe; a copy of another book is of the series of second copies.

    Args:
        table: The keys of a ``ledger.toml``.
        where: Where they are written; it begins the message of an error.
        in_form: Whether the keys were filled into a form, so that a message names their labels.

    Raises:
        LedgerError: For the first flaw found.
    """
    try:
        ledger = Ledger(**_LedgerFile.model_validate(table).model_dump())
    except ValidationError as error:
        # a key misspelt is both missing and unknown: the unknown one tells more
        first = min(error.errors(), key=lambda flaw: flaw["type"] != "extra_forbidden")
        raise LedgerError(f"{where}: {_sentence(first, in_form=in_form)}") from None
    if not ledger.copy_of:
        return ledger
    if ledger.series not in (BookSeries.ORDINARY, BookSeries.SECOND_COPY):
        raise LedgerError(
            f"{where}: {LEDGER_LABELS['copy_of']} “{printable(ledger.copy_of)}” thì loại quyển phải là "
            f"“{SERIES_NAMES[BookSeries.SECOND_COPY]}”. Hãy bỏ một trong hai."
        )
    return replace(ledger, series=BookSeries.SECOND_COPY)


def ledger_text(ledger: Ledger) -> str:
    """Return the text of a ``ledger.toml`` of that ledger."""
    # a JSON text or number is one of TOML, too
    return "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in ledger_table(ledger).items()
    )


def ledger_table(ledger: Ledger) -> dict[str, str | int]:
    """Return the keys of a ``ledger.toml`` of that ledger; what is not known or as usual is left out."""
    told = {key: value for key, value in asdict(ledger).items() if value not in ("", None)}
    del told["series"]
    if ledger.series is not BookSeries.ORDINARY:
        told["series"] = SERIES_NAMES[ledger.series]
    return told


@dataclass(frozen=True, slots=True)
class LedgerDifference:
    """A key of which two ledgers say different things, as a person reads them; ``""`` where nothing is said."""

    key: str
    old: str
    new: str

    @property
    def label(self) -> str:
        return LEDGER_LABELS[self.key]


def ledger_differences(old: Ledger, new: Ledger) -> tuple[LedgerDifference, ...]:
    """Return where two ledgers differ, in the order of the keys."""
    before, after = ledger_words(old), ledger_words(new)
    return tuple(
        LedgerDifference(key, before[key], after[key]) for key in before if before[key] != after[key]
    )


def ledger_words(ledger: Ledger) -> dict[str, str]:
    """Return every key of a ledger as a person reads it; ``""`` where nothing is said."""
    told = {key: "" if value is None else str(value) for key, value in asdict(ledger).items()}
    return {**told, "series": SERIES_NAMES[ledger.series]}


def _read(path: Path) -> dict[str, Any]:
    shown = printable(path)
    try:
        # Notepad puts a byte order mark before the text
        return parse_toml(read_regular_file(path).decode("utf-8-sig"))
    except FileNotFoundError:
        keys = ", ".join(key for key, info in _LedgerFile.model_fields.items() if info.is_required())
        raise LedgerError(f"Thiếu tệp {shown}. Hãy tạo tệp này với các khóa {keys}.") from None
    except FileRefused as error:
        raise LedgerError(f"{shown}: {error.message}. Hãy viết lại tệp theo mẫu.") from None
    except UnicodeDecodeError:
        raise LedgerError(f"{shown}: không phải chữ UTF-8. Hãy lưu lại tệp bằng mã UTF-8.") from None
    except ValueError as error:
        raise LedgerError(f"{shown}: sai cú pháp TOML ({printable(str(error)[:200])}).") from None
    except OSError as error:
        raise LedgerError(f"{shown}: không đọc được tệp ({error.strerror}).") from None


_LONGEST_KEY = 40


def _sentence(flaw: ErrorDetails, *, in_form: bool) -> str:
    key = printable(str(flaw["loc"][0])[:_LONGEST_KEY])
    if flaw["type"] == "extra_forbidden":
        close = difflib.get_close_matches(key, list(LEDGER_LABELS), n=1, cutoff=0.5)
        hint = f" Có phải là “{close[0]}”?" if close else f" Các khóa được dùng: {', '.join(LEDGER_LABELS)}."
        return f"khóa lạ “{key}”.{hint}"
    examples = _LedgerFile.model_fields[key].examples or [""]
    if in_form:
        wrong = "chưa được ghi" if flaw["type"] == "missing" else flaw["msg"]
        return f"{LEDGER_LABELS[key]} {wrong}. Ví dụ: {examples[0]}"
    example = f"Ví dụ: {key} = {json.dumps(examples[0], ensure_ascii=False)}"
    if flaw["type"] == "missing":
        return f"thiếu khóa “{key}”. {example}"
    return f"khóa “{key}” {flaw['msg']}. {example}"
