"""X"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.text.legacy_fonts import LegacyFont


class DifferenceKind(StrEnum):
    """``MISSING``: the other software has no such entry; ``EXTRA``: no entry of the books is like the row;
    ``DUPLICATE``: the row has the key of another row; ``FIELDS``: a pair differs in fields."""

    MISSING = "missing"
    EXTRA = "extra"
    DUPLICATE = "duplicate"
    FIELDS = "fields"


class FieldDifferenceKind(StrEnum):
    """How two values differ. ``SWAPPED``: two columns have changed places; ``DIGITS``: neighbouring digits have;
    ``ONLY_OURS``, ``ONLY_THEIRS``: the other one is blank; ``SPELLING``: capitals, place of the tone mark, signs or
    leading zeros alone; ``BEYOND``: the registry holds no value (the form has no place for it, or people found it
    illegible)."""

    CHANGED = "changed"
    DIGITS = "digits"
    SWAPPED = "swapped"
    ONLY_OURS = "only-ours"
    ONLY_THEIRS = "only-theirs"
    SPELLING = "spelling"
    BEYOND = "beyond"


MINOR = frozenset({FieldDifferenceKind.SPELLING, FieldDifferenceKind.BEYOND})
"""Kinds that no person is asked about: they are only listed."""


@dataclass(frozen=True, slots=True)
class ReconcileBook:
    """A book of the registry. ``entries``: how many of it stand."""

    book_id: int
    folder_name: str
    place: str
    place_code: str
    volume: str
    entries: int


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """An entry of the registry: ``texts`` in the order of the compared columns; ``nothing``: columns of which nothing
    is in force; ``unsettled``: columns that still wait for a person and are not compared."""

    entry_id: int
    book_id: int
    texts: tuple[str, ...]
    nothing: frozenset[str] = frozenset()
    unsettled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of the file, numbered as Excel counts: ``texts`` in the order of the compared columns, each as its kind
    writes it; ``refused``: columns whose cell was not understood; ``font``: what it was converted from."""

    row: int
    texts: tuple[str, ...]
    refused: frozenset[str] = frozenset()
    font: LegacyFont | None = None


@dataclass(frozen=True, slots=True)
class RejectedCell:
    """A cell that was not understood, and why (a key of ``pipeline.reconcile.differences.REFUSED``)."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field of a pair. ``with_column``: the column that it has changed places with."""

    column: str
    ours: str
    theirs: str
    kind: FieldDifferenceKind
    with_column: str = ""


@dataclass(frozen=True, slots=True)
class ReconcileDifference:
    """One entry, row or pair that is not the same on both sides. ``row`` 0 and ``entry`` None where there is none;
    ``of_row``: the row that a duplicate repeats; ``likeness`` 0..1 of a pair that was not found by its key, 1.0 of one
    that was; ``number`` and ``volume`` as the registry has them, else as the file has; ``place_code`` ``""``: the row
    names no registration place that is known."""

    kind: DifferenceKind
    row: int = 0
    entry: RegistryEntry | None = None
    texts: tuple[str, ...] = ()
    fields: tuple[FieldDifference, ...] = ()
    of_row: int = 0
    likeness: float = 1.0
    number: str = ""
    volume: str = ""
    place_code: str = ""

    @property
    def is_minor(self) -> bool:
        """Whether only such fields differ that no person is asked about."""
        return self.kind is DifferenceKind.FIELDS and all(one.kind in MINOR for one in self.fields)


@dataclass(frozen=True, slots=True)
class BookCoverage:
    """A book and how many rows name it. ``compared``: its entries without a row are told as missing; a book that
    hardly any row names is not taken for a part of the file."""

    book: ReconcileBook
    rows: int
    compared: bool


@dataclass(slots=True)
class ReconcileCounts:
    """What a reconciliation came to. ``same``: pairs without any difference; ``by_likeness``: pairs that the key did
    not find; ``unsettled``: fields that were not compared since they wait for a person; ``fonts``: rows by the font
    they were converted from; ``places``: names of registration places that no book has, with their rows."""

    rows: int = 0
    entries: int = 0
    pairs: int = 0
    same: int = 0
    by_likeness: int = 0
    unsettled: int = 0
    refused: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)
    fonts: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    books: tuple[BookCoverage, ...] = ()
    ignored: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    def add(self, table: str, key: str, times: int = 1) -> None:
        """Count something in one of the tables."""
        counted: dict[str, int] = getattr(self, table)
        counted[key] = counted.get(key, 0) + times


Columns = Mapping[str, int]
"""Where each compared column stands in ``texts``."""


KINDS = {
    DifferenceKind.MISSING: "phần mềm kia không có",
    DifferenceKind.EXTRA: "sổ không có",
    DifferenceKind.DUPLICATE: "trùng dòng",
    DifferenceKind.FIELDS: "khác ô",
}

FIELDS = {
    FieldDifferenceKind.CHANGED: "khác giá trị",
    FieldDifferenceKind.DIGITS: "hai chữ số đổi chỗ",
    FieldDifferenceKind.SWAPPED: "hai cột đổi chỗ cho nhau",
    FieldDifferenceKind.ONLY_OURS: "bên kia để trống",
    FieldDifferenceKind.ONLY_THEIRS: "trên giấy để trống",
    FieldDifferenceKind.SPELLING: "chỉ khác cách viết",
    FieldDifferenceKind.BEYOND: "sổ dữ liệu không có giá trị",
}

REFUSED = {
    "error": "ô báo lỗi của Excel",
    "formula": "công thức chưa tính; hãy mở bằng Excel rồi lưu lại",
    "bool": "ô kiểu đúng/sai",
    "long-number": "số quá dài, Excel đã làm mất các chữ số cuối",
    "no-date": "số không phải một ngày",
    "no-year": "ngày không hiện năm",
    "date-elsewhere": "ngày nằm ở cột không phải cột ngày",
}

SHEETS = {
    FieldDifferenceKind.CHANGED: "Khác giá trị",
    FieldDifferenceKind.DIGITS: "Hai chữ số đổi chỗ",
    FieldDifferenceKind.SWAPPED: "Hai cột đổi chỗ",
    FieldDifferenceKind.ONLY_OURS: "Bên kia để trống",
    FieldDifferenceKind.ONLY_THEIRS: "Trên giấy để trống",
    FieldDifferenceKind.SPELLING: "Chỉ khác cách viết",
    FieldDifferenceKind.BEYOND: "Sổ không có giá trị",
    DifferenceKind.MISSING: "Phần mềm kia không có",
    DifferenceKind.EXTRA: "Sổ không có",
    DifferenceKind.DUPLICATE: "Trùng dòng",
}
"""The sheet of each kind in the workbook of a reconciliation."""

UNREAD_SHEET = "Ô không đọc được"
