"""The volumes by which a contractor is paid: entries and filled cells by length, per book, place and month.

The counts are those of the signed manifests of packages; of several packages of a book the newest counts, so that
nothing is paid twice. A manifest that the office's key has not signed does not count and is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.base.errors import PrintRefused, StorageError
from pipeline.base.files import FileRefused
from pipeline.base.localtime import format_moment, local_date
from pipeline.base.text.numbers import format_count
from pipeline.delivery.export.book_list import book_list_workbook
from pipeline.delivery.export.package_folder import (
    MANIFEST,
    is_signed_manifest,
    read_manifest,
)
from pipeline.delivery.export.package_values import LONG_FIELD
from pipeline.delivery.printing.minutes import Minutes, MinutesSigner, listed, note_printed, sentence, today
from pipeline.delivery.printing.offices import UNDECLARED, IssuingOffices
from pipeline.delivery.printing.service import Asker, PrintedFile
from pipeline.registry import Registry

COLUMNS = (
    ("Nơi đăng ký", 1.3),
    ("Tháng", 1.1),
    ("Loại, quyển số", 1.7),
    ("Số sự kiện", 1.1),
    (f"Ô dưới {LONG_FIELD} ký tự", 1.3),
    (f"Ô từ {LONG_FIELD} ký tự", 1.3),
    ("Cộng số ô", 1.2),
    ("Gói lập lúc", 2.0),
    ("Tình trạng", 1.6),
)
MASTERS = "masters"
"""What the manifest of a package of masters says of its content (``pipeline.delivery.masters``)."""

NUMBERS = (3, 4, 5, 6)
TITLE = "BẢNG KÊ KHỐI LƯỢNG"


@dataclass(frozen=True, slots=True)
class BookVolume:
    """What the newest package of a book holds; ``month``: of the package, ``YYYY-MM`` in the zone of the office."""

    place_code: str
    kind: str
    volume: str
    series: str
    made_at: datetime
    entries: int
    short: int
    long: int
    complete: bool

    @property
    def month(self) -> str:
        return f"{local_date(self.made_at):%Y-%m}"

    @property
    def row(self) -> list[str]:
        year, month = self.month.split("-")
        return [
            self.place_code,
            f"{month}/{year}",
            f"{self.kind} {self.volume}",
            *_counts(self),
            format_moment(self.made_at),
            "đủ" if self.complete else "gói chưa đủ",
        ]


@dataclass(frozen=True, slots=True)
class VolumeTable:
    """Volumes of books by place and month; ``unproven``: folders whose manifest does not count."""

    books: tuple[BookVolume, ...]
    unproven: tuple[str, ...]

    def rows(self) -> list[list[str]]:
        """Return the rows of the table with a sum after each place and month, and the sum of all."""
        groups: dict[tuple[str, str], list[BookVolume]] = defaultdict(list)
        for one in self.books:
            groups[one.place_code, one.month].append(one)
        rows = []
        for (place, month), books in sorted(groups.items()):
            year, number = month.split("-")
            rows += [one.row for one in books]
            rows.append([f"Cộng {place}", f"{number}/{year}", f"{len(books)} quyển", *_sums(books), "", ""])
        return [*rows, ["Tổng cộng", "", f"{len(self.books)} quyển", *_sums(self.books), "", ""]]


def package_folders(root: Path) -> list[Path]:
    """Return the folders of packages of data in a folder and below it, also those without a usable manifest."""
    return sorted(path.parent for path in root.rglob(MANIFEST) if not _holds_masters(path.parent))


def _holds_masters(folder: Path) -> bool:
    try:
        return read_manifest(folder)[1].get("content") == MASTERS
    except StorageError:
        return False


def volume_table(
    folders: Iterable[Path],
    public: str,
    may_see: Callable[[str], bool] = lambda _: True,
    month: str = "",
) -> VolumeTable:
    """Return the volumes of packages.

    Args:
        public: The public key of the office.
        may_see: Whether the place of a code is shown.
        month: ``YYYY-MM``: only packages of this month; ``""``: all.
    """
    newest: dict[tuple[str, str, str, str], BookVolume] = {}
    unproven = []
    for folder in folders:
        found = _volume_of(folder, public)
        if found is None:
            unproven.append(folder.name)
        elif may_see(found.place_code):
            key = (found.place_code, found.kind, found.series, found.volume)
            if key not in newest or newest[key].made_at < found.made_at:
                newest[key] = found
    books = [one for one in newest.values() if not month or one.month == month]
    return VolumeTable(
        tuple(sorted(books, key=lambda one: (one.place_code, one.month, one.kind, one.volume))),
        tuple(unproven),
    )


def volume_paper(
    registry: Registry, table: VolumeTable, ending: str, offices: IssuingOffices, asker: Asker
) -> PrintedFile:
    """Return the table as ``.pdf`` or ``.xlsx``, and record that it was printed.

    Raises:
        PrintRefused: No package counts.
    """
    if not table.books:
        raise PrintRefused("Chưa có gói nào có chữ ký của cơ quan để kê khối lượng. Hãy xuất gói trước.")
    places = {one.place_code for one in table.books}
    office = offices.of(places.pop()) if len(places) == 1 else next(iter(offices.offices), UNDECLARED)
    notes = [
        f"Ô có chữ trong bảng tính của gói, theo độ dài: dưới {LONG_FIELD} ký tự, từ {LONG_FIELD} ký tự.",
        "Số liệu theo bản kê có chữ ký của gói mới nhất của từng quyển.",
    ]
    if table.unproven:
        notes.append(
            "Không tính, vì bản kê thiếu chữ ký của cơ quan: " + ", ".join(table.unproven[:20]) + "."
        )
    rows = table.rows()
    if ending == ".xlsx":
        content = book_list_workbook(TITLE, ["Theo nơi đăng ký, tháng, quyển", *notes], COLUMNS, rows)
    else:
        minutes = Minutes(
            TITLE,
            "Dữ liệu số hóa sổ hộ tịch, theo nơi đăng ký, tháng, quyển",
            (listed("", COLUMNS, rows, NUMBERS), *(sentence(note) for note in notes)),
            (MinutesSigner("Đại diện cơ quan"), MinutesSigner("Đại diện đơn vị số hóa")),
            wide=True,
        )
        content = minutes.pdf(office, today(), asker.name)
    note_printed(registry, "volumes-printed", "registry", content, asker.login)
    return PrintedFile(f"khoi-luong{ending}", content)


def _volume_of(folder: Path, public: str) -> BookVolume | None:
    """Return the volume of a package; None where its manifest is not signed by this key, or lacks a number."""
    try:
        data, manifest = read_manifest(folder)
        if not is_signed_manifest(folder, data, public):
            return None
        book, counts = manifest["book"], manifest["counts"]
        return BookVolume(
            str(book["place_code"]),
            str(book["kind"]),
            str(book["volume"]),
            str(book.get("series", "")),
            datetime.fromisoformat(manifest["made_at"]),
            int(counts["entries"]),
            int(counts["fields_under_16"]),
            int(counts["fields_from_16"]),
            bool(manifest["complete"]),
        )
    except (StorageError, OSError, FileRefused, KeyError, TypeError, ValueError):
        return None


def _counts(one: BookVolume) -> list[str]:
    return [format_count(number) for number in (one.entries, one.short, one.long, one.short + one.long)]


def _sums(books: Sequence[BookVolume]) -> list[str]:
    sums = [
        sum(numbers) for numbers in zip(*((one.entries, one.short, one.long) for one in books), strict=True)
    ]
    entries, short, long = sums or [0, 0, 0]
    return [format_count(number) for number in (entries, short, long, short + long)]
