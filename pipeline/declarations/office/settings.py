"""A table that people edit in the browser or by hand: its settings as the fields of its model declare them.

A field declares a setting whole: type, bounds and default; ``title`` is its label, ``description`` its help.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.base.errors import HotichError
from pipeline.base.staff_tables import bounds_of, choices_of, plain_type, read_table, row_model
from pipeline.base.text.control_characters import control_character_flaw
from pipeline.base.text.numbers import with_comma

M = TypeVar("M", bound=BaseModel)

PLACES = 6
"""How many digits a number may have behind the comma."""

STEP = 0.01
"""How far the bounds of a form lie within those of a number that must not reach its own (``gt``, ``lt``)."""


class SettingsRefused(HotichError):
    """A change of what the office sets is refused; the message is for who wanted it."""

    code = "settings"


class SettingKind(StrEnum):
    """What kind of value a setting has; ``FIELDS``: names of fields of the forms, ``PLACES``: registration places."""

    CHOICE = "choice"
    FLAG = "flag"
    WHOLE = "whole"
    NUMBER = "number"
    FIELDS = "fields"
    TEXT = "text"
    PLACES = "places"


class Looser(StrEnum):
    """Which change of a setting makes something easier; an annotation of its field.

    A setting without it counts as loosened by every change, and a test names it.
    """

    LESS = "less"
    """A smaller number, a switch that goes off, a name that is taken out."""

    MORE = "more"
    """A larger number, a switch that goes on, a name that is put in."""

    LATER = "later"
    """A choice that stands later in the list."""

    EARLIER = "earlier"
    """A choice that stands earlier in the list."""

    ANY = "any"
    """Every change: no order tells which value asks for more."""

    ALONE = "alone"
    """Every change but to ``confirm``, by which a person is asked about each value."""

    NEVER = "never"
    """No change: nothing that leaves the office depends on it."""


@dataclass(frozen=True, slots=True)
class ChoiceWords:
    """The choices of a setting in words, by value; an annotation of its field."""

    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        name: Its key in the table of the file.
        default: What holds where nothing is set.
        choices: The values that may be chosen, with their words.
        least: The smallest number; of a text: its length.
        most: The largest number; of a text: its length.
        pattern: What a text as a whole must match; ``""``: anything.
        looser: Which change makes something easier; None: the field does not say.
    """

    name: str
    kind: SettingKind
    label: str
    default: Any
    help: str
    choices: Mapping[str, str]
    least: float
    most: float
    pattern: str
    looser: Looser | None = None

    def is_looser(self, value: Any, before: Any) -> bool:
        """Return whether a value makes something easier than the value before it."""
        if value == before or self.looser is Looser.NEVER:
            return False
        if self.looser is Looser.ALONE:
            return bool(value != "confirm")
        if self.looser in (Looser.LATER, Looser.EARLIER):
            order = list(self.choices)
            later = order.index(value) > order.index(before)
            return later if self.looser is Looser.LATER else not later
        if self.looser in (Looser.LESS, Looser.MORE):
            more, less = (before, value) if self.looser is Looser.LESS else (value, before)
            return bool(more - less if isinstance(more, frozenset) else more > less)
        return True

    def parse(self, typed: Sequence[str], names: Mapping[str, str]) -> Any:
        """Return the value that a form gave.

        Args:
            names: What may be chosen of several: the labels of fields, by name; the names of places, by code.

        Raises:
            SettingsRefused: It is none.
        """
        if self.kind in (SettingKind.PLACES, SettingKind.FIELDS):
            if not set(typed) <= names.keys():
                lost = "nơi không có trong danh sách" if self.kind is SettingKind.PLACES else _NO_FIELD
                raise SettingsRefused(f"{self.label}: có {lost}. Hãy tải lại trang.")
            return frozenset(typed)
        text = typed[0].strip() if len(typed) == 1 else ""
        if self.kind is SettingKind.FLAG and text in ("true", "false"):
            return text == "true"
        if self.kind is SettingKind.CHOICE and text in self.choices:
            return text
        if self.kind in (SettingKind.WHOLE, SettingKind.NUMBER):
            return self._number(text)
        if self.kind is SettingKind.TEXT:
            return self._text(text)
        raise SettingsRefused(f"{self.label}: hãy chọn một giá trị trong danh sách.")

    def words(self, value: Any, names: Mapping[str, str]) -> str:
        """Return a value in words; ``names``: the labels of fields, or the names of places."""
        if self.kind in (SettingKind.PLACES, SettingKind.FIELDS):
            none = "mọi nơi" if self.kind is SettingKind.PLACES else "–"
            return ", ".join(sorted(names.get(one, one) for one in value)) or none
        if self.kind is SettingKind.TEXT:
            return value or "(trống)"
        if isinstance(value, bool):
            return "có" if value else "không"
        if isinstance(value, float):
            return _shown(value)
        return self.choices.get(value, str(value))

    @property
    def bounds(self) -> str:
        """The bounds of a number in words."""
        if self.kind not in (SettingKind.WHOLE, SettingKind.NUMBER):
            return ""
        return f"Từ {_shown(self.least)} đến {_shown(self.most)}."

    def _text(self, text: str) -> str:
        text = " ".join(text.split())
        if not text and self.least:
            raise SettingsRefused(f"{self.label}: hãy ghi, không để trống.")
        if len(text) > self.most:
            raise SettingsRefused(f"{self.label}: nhiều nhất {self.most} ký tự.")
        if flaw := control_character_flaw(text):
            raise SettingsRefused(f"{self.label} {flaw}.")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise SettingsRefused(f"{self.label}: {self.help}")
        return text

    def _number(self, text: str) -> float | int:
        wanted = f"{self.label}: hãy ghi một {'số nguyên' if self.kind is SettingKind.WHOLE else 'số'}. {self.bounds}"
        if not 0 < len(text) <= 12 or not set(text) <= set("0123456789,."):
            raise SettingsRefused(wanted)
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            raise SettingsRefused(wanted) from None
        if not self.least <= number <= self.most or (
            self.kind is SettingKind.WHOLE and not number.is_integer()
        ):
            raise SettingsRefused(wanted)
        if round(number, PLACES) != number:
            raise SettingsRefused(f"{self.label}: nhiều nhất {PLACES} chữ số sau dấu phẩy.")
        return int(number) if self.kind is SettingKind.WHOLE else number


_NO_FIELD = "ô không có trong mẫu nào"


def _shown(number: float) -> str:
    """Return a number as people here write it."""
    return with_comma(f"{number:.10g}")


@dataclass(frozen=True)
class SettingTable(Generic[M]):
    """The settings of one table of a file.

    Attributes:
        name: Its name in the file.
        guide: The page of the handbook that explains it.
        model: What declares its keys.
        since: From when on a change holds.
    """

    name: str
    title: str
    guide: str
    model: type[M]
    since: str

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        return settings_of(self.model)

    def read(self, path: Path) -> M:
        """Return what the file at ``path`` sets, the defaults for what it leaves out.

        Raises:
            SchemaError: Names every flaw with its line.
        """
        return read_table(path, self.name, self.model)


def settings_of(model: type[BaseModel]) -> tuple[Setting, ...]:
    """Return the settings that the fields of a model declare; arrays of tables are left out."""
    return tuple(_setting(name, info) for name, info in model.model_fields.items() if row_model(info) is None)


def _setting(name: str, info: FieldInfo) -> Setting:
    bounds = bounds_of(info)
    values = choices_of(info)
    worded = next((one.words for one in info.metadata if isinstance(one, ChoiceWords)), {})
    pattern = bounds.get("pattern", "")
    least = bounds.get("ge", bounds["gt"] + STEP if "gt" in bounds else bounds.get("min_length", 0))
    most = bounds.get("le", bounds["lt"] - STEP if "lt" in bounds else bounds.get("max_length", math.inf))
    return Setting(
        name,
        _kind(info),
        info.title or name,
        "" if info.is_required() else info.get_default(call_default_factory=True),
        info.description or "",
        {value: worded.get(value, value) for value in values},
        least,
        most,
        pattern if isinstance(pattern, str) else pattern.pattern,
        next((one for one in info.metadata if isinstance(one, Looser)), None),
    )


def _kind(info: FieldInfo) -> SettingKind:
    named = next((one for one in info.metadata if isinstance(one, SettingKind)), None)
    if named is not None:
        return named
    kind = plain_type(info)
    if choices_of(info):
        return SettingKind.CHOICE
    if get_origin(kind) is frozenset:
        return SettingKind.FIELDS
    return {
        bool: SettingKind.FLAG,
        int: SettingKind.WHOLE,
        float: SettingKind.NUMBER,
    }.get(kind, SettingKind.TEXT)
