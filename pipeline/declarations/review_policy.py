"""``[review]`` of ``office.toml``: how many people see a field before its value counts, and what they see.

.. code-block:: toml

    [review]
    check = "all"                 # who is checked by somebody else: all, critical, none
    blind = "critical"            # what the second person keys without seeing anything: critical, all, none
    blind_first = false           # whether the first person does not see the machine's reading either
    blind_fields = ["notes"]      # these too
    open_fields = ["child_sex"]   # these never
    letter_case = "ignored"       # whether capitals tell two keyed names, places and texts apart: ignored, counts
    prefill_from = 0.2            # below that confidence a reading does not stand in the input (0: always, 1: hardly)
    accept_clear = true           # whether values leave the queue that are clear by what people decided in the book
    clear_sample = 0.1            # the share of these that is drawn for a blind check
    unseen_sample = 0.01          # the share of values accepted without a person that is drawn for a blind check
    people_fields = ["notes"]     # fields that never leave the queue so
    teaching_first = true         # whether the entries of a book come first from which the machine learns most
    lease_minutes = 15

    [[review.book]]               # the same keys, for some books
    book = "KS.1975.*"
    blind = "all"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.schema import Declaration, FieldSpec, Schemas, nearest_hint

TABLE = "review"
BOOKS = "book"

Share = Literal["all", "critical", "none"]

LetterCase = Literal["ignored", "counts"]


class Way(StrEnum):
    """How a field is settled.

    Attributes:
        SINGLE: One person's value settles it.
        CHECKED: Somebody else confirms or corrects it.
        BLIND: Somebody else keys the same without having seen it, or a third person decides.
    """

    SINGLE = "single"
    CHECKED = "checked"
    BLIND = "blind"


@dataclass(frozen=True, slots=True)
class BookPolicy:
    """How the fields of one book are settled."""

    check: Share = "all"
    blind: Share = "critical"
    blind_first: bool = False
    blind_fields: frozenset[str] = frozenset()
    open_fields: frozenset[str] = frozenset()
    letter_case: LetterCase = "ignored"
    prefill_from: float = 0.2
    accept_clear: bool = True
    clear_sample: float = 0.1
    unseen_sample: float = 0.01
    people_fields: frozenset[str] = frozenset()
    teaching_first: bool = True

    def way(self, spec: FieldSpec) -> Way:
        """How that field is settled."""
        named = spec.name in self.blind_fields
        if spec.name not in self.open_fields and (named or _includes(self.blind, spec)):
            return Way.BLIND
        return Way.CHECKED if _includes(self.check, spec) else Way.SINGLE

    @property
    def whole(self) -> Way:
        """How it is settled that what was found about an entry or a page as a whole has been seen."""
        return Way.CHECKED if self.check == "all" else Way.SINGLE


@dataclass(frozen=True, slots=True)
class ReviewPolicy:
    """What an office has set.

    Attributes:
        every_book: What holds for every book.
        books: Patterns of folder names with what they set otherwise; later ones win.
        lease: How long a task stays in somebody's hands.
        assigned_only: Whether people are given tasks of the books that are assigned to them alone.
    """

    every_book: BookPolicy = BookPolicy()
    books: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    lease: timedelta = timedelta(minutes=15)
    assigned_only: bool = False

    def of_book(self, folder_name: str) -> BookPolicy:
        """What holds for the book of that folder."""
        policy = self.every_book
        for pattern, keys in self.books:
            if fnmatchcase(folder_name, pattern):
                policy = replace(policy, **keys)
        return policy

    def way(self, spec: FieldSpec, folder_name: str) -> Way:
        """How that field is settled in that book."""
        return self.of_book(folder_name).way(spec)


class _Keys(Declaration):
    """The keys that are allowed in ``[review]`` and in ``[[review.book]]``."""

    check: Share = "all"
    blind: Share = "critical"
    blind_first: bool = Field(default=False, strict=True)
    blind_fields: frozenset[str] = frozenset()
    open_fields: frozenset[str] = frozenset()
    letter_case: LetterCase = "ignored"
    prefill_from: float = Field(default=0.2, ge=0, le=1, strict=True)
    accept_clear: bool = Field(default=True, strict=True)
    clear_sample: float = Field(default=0.1, ge=0.01, le=1, strict=True)
    unseen_sample: float = Field(default=0.01, ge=0, le=1, strict=True)
    people_fields: frozenset[str] = frozenset()
    teaching_first: bool = Field(default=True, strict=True)


class _OfficeKeys(_Keys):
    lease_minutes: int = Field(default=15, ge=1, le=240, strict=True)
    assigned_only: bool = Field(default=False, strict=True)


class _BookKeys(_Keys):
    book: str = Field(min_length=1)


def read(path: Path, schemas: Schemas) -> ReviewPolicy:
    """Return what the file at ``path`` sets, or the defaults where it does not exist.

    Raises:
        SchemaError: The file has flaws; the message names each with its line.
    """
    if not path.exists():
        return ReviewPolicy()
    return _Reader(StaffFile(path), schemas).policy()


class _Reader:
    """One office's ``[review]``; flaws are gathered and reported together."""

    def __init__(self, file: StaffFile, schemas: Schemas) -> None:
        self._file = file
        self._may_mean_flawed = schemas.may_mean_flawed
        self._fields = {name for record in schemas.records.values() for name in record.by_name}

    def policy(self) -> ReviewPolicy:
        table = self._file.own_table(TABLE)
        own = {key: value for key, value in table.items() if key != BOOKS}
        office = self._checked(_OfficeKeys, own, None)
        rows = table.get(BOOKS, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._file.flaw(TABLE, f"“{BOOKS}” phải viết thành các mục [[{TABLE}.{BOOKS}]].")
            rows = []
        books = [(row, self._checked(_BookKeys, row, number)) for number, row in enumerate(rows)]
        self._file.refuse_flaws()
        assert isinstance(office, _OfficeKeys)
        return ReviewPolicy(
            BookPolicy(**{key: getattr(office, key) for key in _Keys.model_fields}),
            tuple(
                (keys.book, {key: getattr(keys, key) for key in row if key != BOOKS})
                for row, keys in books
                if isinstance(keys, _BookKeys)
            ),
            timedelta(minutes=office.lease_minutes),
            office.assigned_only,
        )

    def _checked(self, model: type[_Keys], row: Mapping[str, Any], number: int | None) -> _Keys | None:
        """The keys of ``[review]`` (``number`` None) or of one of its books; flaws are noted."""
        try:
            keys = model.model_validate(row)
        except ValidationError as error:
            flaws = error.errors()
            unknown = [flaw for flaw in flaws if flaw["type"] == "extra_forbidden"]
            for flaw in unknown or flaws:
                key = str(flaw["loc"][0])
                self._flaw(number, key, _complaint(key, flaw["type"], model))
            return None
        for key, names in (
            ("blind_fields", keys.blind_fields),
            ("open_fields", keys.open_fields),
            ("people_fields", keys.people_fields),
        ):
            for name in sorted(names - self._fields):
                if self._may_mean_flawed(name):
                    continue
                self._flaw(number, key, f"không có trường “{name}”.{nearest_hint(name, self._fields)}")
        for name in sorted(keys.blind_fields & keys.open_fields):
            self._flaw(number, "open_fields", f"“{name}” không thể vừa ở blind_fields vừa ở open_fields.")
        return keys

    def _flaw(self, number: int | None, key: str, message: str) -> None:
        if number is None:
            self._file.flaw_of_table(TABLE, key, message)
        else:
            self._file.flaw_of_row(f"{TABLE}.{BOOKS}", number, key, message)


def _includes(share: Share, spec: FieldSpec) -> bool:
    return share == "all" or (share == "critical" and spec.critical)


def _complaint(key: str, flaw: str, model: type[_Keys]) -> str:
    if flaw == "extra_forbidden":
        return f"khóa lạ “{key}”.{nearest_hint(key, model.model_fields)}"
    if key in ("check", "blind"):
        return f"“{key}” chỉ có thể là all, critical hoặc none."
    if key == "prefill_from":
        return "“prefill_from” phải là một số từ 0.0 đến 1.0."
    if key == "letter_case":
        return "“letter_case” chỉ có thể là ignored hoặc counts."
    if key == "clear_sample":
        return "“clear_sample” phải là một số từ 0.01 đến 1.0."
    if key == "unseen_sample":
        return "“unseen_sample” phải là một số từ 0.0 đến 1.0."
    if key in ("blind_first", "assigned_only", "accept_clear", "teaching_first"):
        return f"“{key}” chỉ có thể là true hoặc false."
    if key == "lease_minutes":
        return "“lease_minutes” phải là số phút, từ 1 đến 240."
    if key == "book":
        return 'thiếu “book”: tên thư mục của quyển sổ, ví dụ "KS.1975.*".'
    return f'“{key}” phải là danh sách tên trường, ví dụ ["notes"].'
