"""Input and output of a reconciliation, and the labels of differences. The values are frozen; only the counts grow."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.base.text.legacy_fonts import LegacyFont
from pipeline.registry.books.model import BookRow


class DifferenceKind(StrEnum):
    """The kinds of difference between entries and rows.

    Attributes:
        MISSING: The other software has no such entry.
        EXTRA: No entry of the books is similar to the row.
        DUPLICATE: The row has the key of another row.
        FIELDS: An entry and its row differ in fields.
    """

    MISSING = "missing"
    EXTRA = "extra"
    DUPLICATE = "duplicate"
    FIELDS = "fields"


class FieldDifferenceKind(StrEnum):
    """The kinds of difference between two values.

    Attributes:
        CHANGED: Any other difference.
        DIGITS: Two neighbouring digits are transposed.
        SWAPPED: The values of two columns are exchanged.
        ONLY_OURS: The file's value is blank.
        ONLY_THEIRS: The registry's value is blank.
        SPELLING: Only capitals, place of the tone mark, punctuation or leading zeros differ.
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
"""Kinds without a question to people: they are only listed."""


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """An entry of the registry.

    Attributes:
        texts: Values in the order of the compared columns.
        nothing: Columns without an effective value.
        unsettled: Columns that wait for a person; they are not compared.
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
        texts: Values in the order of the compared columns, normalized by their kinds.
        refused: Columns whose cell was rejected.
        font: The font that the row was converted from.
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
    """A field with different values.

    Attributes:
        column: The Ministry's column.
        ours, theirs: The values of registry and file.
        with_column: The column with the exchanged value.
    """

    column: str
    ours: str
    theirs: str
    kind: FieldDifferenceKind
    with_column: str = ""


@dataclass(frozen=True, slots=True)
class ReconcileDifference:
    """A missing entry, an extra or duplicate row, or a pair with different fields.

    Attributes:
        row: The row of the file; 0 if there is none.
        entry: The entry of the registry; ``None`` if there is none.
        texts: Values of the row.
        fields: The different fields of a pair.
        of_row: The first row with the key of a duplicate.
        likeness: Similarity 0..1 of a pair matched by similarity; 1.0 of a pair matched by key.
        number: Entry number in the registry, else in the file.
        place_code: Code of the registration place; ``""``: the row names no known place.
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
        """Whether all different fields are of kinds without a question to people."""
        return self.kind is DifferenceKind.FIELDS and all(differs.kind in MINOR for differs in self.fields)


@dataclass(frozen=True, slots=True)
class BookCoverage:
    """The coverage of a book by the file.

    Attributes:
        compared: Whether entries without a row count as missing; a book with very few rows does not count as part of
            the file.
    """

    book: BookRow
    rows: int
    compared: bool


@dataclass(slots=True)
class ReconcileCounts:
    """The counts of a reconciliation.

    Attributes:
        rows: Rows of the file.
        entries: Entries of the registry.
        same: Pairs without differences.
        by_likeness: Pairs matched by similarity.
        unsettled: Fields not compared because they wait for a person.
        refused: Rejected cells.
        kinds: Differences by kind.
        fields: Differing fields by kind.
        fonts: Rows by the font that they were converted from.
        places: Rows by names of registration places without a book.
        books: The coverage of each book.
        ignored: Headers without a meaning for the comparison.
        absent: Ministry columns that the file lacks.
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
        """Add to a count in one of the dictionaries."""
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
"""The sheet of each kind of difference in the workbook of a reconciliation."""

UNREAD_SHEET = "Ô không đọc được"
