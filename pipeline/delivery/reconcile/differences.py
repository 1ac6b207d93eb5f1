"""What a reconciliation takes and gives, and what differences are called. Frozen values; the counts grow as it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.base.text.legacy_fonts import LegacyFont


class DifferenceKind(StrEnum):
    """What is not the same on both sides.

    Attributes:
        MISSING: The other software has no such entry.
        EXTRA: No entry of the books is like the row.
        DUPLICATE: The row has the key of another row.
        FIELDS: An entry and its row differ in fields.
    """

    MISSING = "missing"
    EXTRA = "extra"
    DUPLICATE = "duplicate"
    FIELDS = "fields"


class FieldDifferenceKind(StrEnum):
    """How two values differ.

    Attributes:
        CHANGED: In any other way.
        DIGITS: Two neighbouring digits have changed places.
        SWAPPED: Two columns have changed places.
        ONLY_OURS: The file's value is blank.
        ONLY_THEIRS: The registry's value is blank.
        SPELLING: In capitals, place of the tone mark, signs or leading zeros alone.
        BEYOND: The registry holds no value (the form has no place for it, or people found it illegible).
    """

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
    """A book of the registry.

    Attributes:
        book_id: Its id.
        folder_name: The name of its folder.
        place, place_code: The registration place and its code.
        volume: Its volume.
        entries: How many entries it has.
    """

    book_id: int
    folder_name: str
    place: str
    place_code: str
    volume: str
    entries: int


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """An entry of the registry.

    Attributes:
        entry_id: Its id.
        book_id: Its book.
        texts: In the order of the compared columns.
        nothing: Columns without an effective value.
        unsettled: Columns that wait for a person and are not compared.
    """

    entry_id: int
    book_id: int
    texts: tuple[str, ...]
    nothing: frozenset[str] = frozenset()
    unsettled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of the file.

    Attributes:
        row: As Excel counts.
        texts: In the order of the compared columns, each as its kind writes it.
        refused: Columns whose cell was rejected.
        font: The font it was converted from.
    """

    row: int
    texts: tuple[str, ...]
    refused: frozenset[str] = frozenset()
    font: LegacyFont | None = None


@dataclass(frozen=True, slots=True)
class RejectedCell:
    """A cell without a usable value.

    Attributes:
        row: As Excel counts.
        column: The Ministry's column.
        reason: A key of ``REJECTION_LABELS``.
    """

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field that differs.

    Attributes:
        column: The Ministry's column.
        ours, theirs: The values of registry and file.
        kind: How they differ.
        with_column: The column that it has changed places with.
    """

    column: str
    ours: str
    theirs: str
    kind: FieldDifferenceKind
    with_column: str = ""


@dataclass(frozen=True, slots=True)
class ReconcileDifference:
    """One entry, row or pair that is not the same on both sides.

    Attributes:
        kind: What it is.
        row: The row of the file; 0 where there is none.
        entry: The entry of the registry; ``None`` where there is none.
        texts: Those of the row.
        fields: The fields that differ, of a pair.
        of_row: The row that a duplicate repeats.
        likeness: 0..1 of a pair that was found by similarity, 1.0 of one that was found by its key.
        number: The entry number as the registry has it, else as the file has it.
        volume: The volume, likewise.
        place_code: The code of the registration place; ``""``: the row names none that is known.
    """

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
        """Whether only fields differ that no person is asked about."""
        return self.kind is DifferenceKind.FIELDS and all(one.kind in MINOR for one in self.fields)


@dataclass(frozen=True, slots=True)
class BookCoverage:
    """How far the file covers a book.

    Attributes:
        book: The book.
        rows: How many rows name it.
        compared: Whether its entries without a row are missing; a book that hardly any row names is not taken for a
            part of the file.
    """

    book: ReconcileBook
    rows: int
    compared: bool


@dataclass(slots=True)
class ReconcileCounts:
    """The counts of one reconciliation.

    Attributes:
        rows: Rows of the file.
        entries: Entries of the registry.
        pairs: Entries with their row.
        same: Pairs without any difference.
        by_likeness: Pairs that similarity found.
        unsettled: Fields that were not compared since they wait for a person.
        refused: Rejected cells.
        kinds: Differences by kind.
        fields: Differing fields by kind.
        fonts: Rows by the font they were converted from.
        places: Names of registration places that no book has, with their rows.
        books: How far the file covers each book.
        ignored: Headers without a meaning here.
        absent: Columns of the Ministry that the file lacks.
    """

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
        """Count something in one of the dictionaries."""
        counts: dict[str, int] = getattr(self, table)
        counts[key] = counts.get(key, 0) + times


DIFFERENCE_LABELS = {
    DifferenceKind.MISSING: "phần mềm dùng chung không có",
    DifferenceKind.EXTRA: "sổ không có",
    DifferenceKind.DUPLICATE: "trùng dòng",
    DifferenceKind.FIELDS: "khác ô",
}

FIELD_DIFFERENCE_LABELS = {
    FieldDifferenceKind.CHANGED: "khác giá trị",
    FieldDifferenceKind.DIGITS: "hai chữ số đổi chỗ",
    FieldDifferenceKind.SWAPPED: "hai cột đổi chỗ cho nhau",
    FieldDifferenceKind.ONLY_OURS: "bên kia để trống",
    FieldDifferenceKind.ONLY_THEIRS: "trên giấy để trống",
    FieldDifferenceKind.SPELLING: "chỉ khác cách viết",
    FieldDifferenceKind.BEYOND: "sổ dữ liệu không có giá trị",
}

REJECTION_LABELS = {
    "error": "ô báo lỗi của Excel",
    "formula": "công thức chưa tính; hãy mở bằng Excel rồi lưu lại",
    "bool": "ô kiểu đúng/sai",
    "long-number": "số quá dài, Excel đã làm mất các chữ số cuối",
    "no-date": "số không phải một ngày",
    "hidden": "có ký tự điều khiển hoặc ký tự ẩn; hãy xóa rồi gõ lại trong phần mềm",
    "no-year": "ngày không hiện năm",
    "date-elsewhere": "ngày nằm ở cột không phải cột ngày",
}

SHEET_NAMES = {
    FieldDifferenceKind.CHANGED: "Khác giá trị",
    FieldDifferenceKind.DIGITS: "Hai chữ số đổi chỗ",
    FieldDifferenceKind.SWAPPED: "Hai cột đổi chỗ",
    FieldDifferenceKind.ONLY_OURS: "Bên kia để trống",
    FieldDifferenceKind.ONLY_THEIRS: "Trên giấy để trống",
    FieldDifferenceKind.SPELLING: "Chỉ khác cách viết",
    FieldDifferenceKind.BEYOND: "Sổ không có giá trị",
    DifferenceKind.MISSING: "Phần mềm dùng chung không có",
    DifferenceKind.EXTRA: "Sổ không có",
    DifferenceKind.DUPLICATE: "Trùng dòng",
}
"""The sheet of each kind in the workbook of a reconciliation."""

UNREAD_SHEET = "Ô không đọc được"
