"""The figures that an office sends to its province: counts of books and the plan, signed; and what a province gathers.

No names of people, texts of entries, scans or folder names are in them. A province lists its offices in
``province.toml``: the key of each, and the places of which it may report; all else is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, ValidationError

from pipeline.base.errors import StorageError
from pipeline.base.files import FileRefused, read_regular_file, write_atomically
from pipeline.base.signing_key import SigningKey, is_signed
from pipeline.base.staff_tables import Wanted, checked_rows, note_unknown_tables
from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.schema import Declaration
from pipeline.registry.statistics.commune_counts import BookDelivery, CommuneCounts, SampleCount
from pipeline.registry.statistics.model import BookStatistics
from pipeline.reports.plan import WorkPlan, WorkPlanRow

ENDING = ".so-lieu.json"
TABLE = "office"
MOST_BYTES = 32 << 20
"""Size limit of a file; 50,000 books take half of it."""

CLOCKS_DIFFER = timedelta(hours=24)
"""Figures dated further ahead are refused: they would stand in the way of every later file."""

Count = Annotated[int, Field(ge=0, le=10**9)]
Code = Annotated[str, Field(min_length=1, max_length=40)]
Words = Annotated[str, Field(max_length=300)]


class BookFigures(Declaration):
    """The counts of a book, as in :class:`BookStatistics`; ``checked``, ``wrong``: of samples of lots."""

    place_code: Code
    place: Words
    record: Code
    volume: Annotated[str, Field(pattern=r"^.{1,60}/\d{4}$")]
    said_entries: Count | None = None
    said_pages: Count | None = None
    pages: Count = 0
    entries: Count = 0
    straight: Count = 0
    waiting: Count = 0
    failed: Count = 0
    delivered_at: AwareDatetime | None = None
    extracts: Count = 0
    checked: Count = 0
    wrong: Count = 0
    is_second_copy: bool = False


class OfficeFigures(Declaration):
    """The figures of an office at one moment."""

    format: Literal["hotich figures 1"] = "hotich figures 1"
    at: AwareDatetime
    books: tuple[BookFigures, ...] = ()
    plan: tuple[WorkPlanRow, ...] = ()


class SignedFigures(Declaration):
    """A file of figures: the signature is of the text, byte by byte."""

    figures: str
    public_key: Annotated[str, Field(max_length=100)]
    signature: Annotated[str, Field(max_length=200)]


class ProvinceOffice(Declaration):
    """An office that reports to the province."""

    name: Annotated[str, Wanted("phải là tên cơ quan trong ngoặc kép")] = Field(
        min_length=1, max_length=200, description="tên cơ quan"
    )
    key: Annotated[str, Wanted("phải là khóa công khai trong ngoặc kép")] = Field(
        min_length=1, max_length=100, description="khóa công khai mà `hotich province send` in ra"
    )
    places: tuple[Code, ...] = Field(min_length=1, description="mã các nơi đăng ký mà cơ quan báo cáo")


@dataclass(frozen=True, slots=True)
class ReceivedFigures:
    """What was made of a file.

    Attributes:
        office: The office that sent it; ``""``: unknown.
        refused: Why it does not count; ``""``: it counts.
        is_older: Whether a newer file of the office counts instead.
    """

    file: str
    office: str = ""
    at: datetime | None = None
    refused: str = ""
    is_older: bool = False


@dataclass(frozen=True, slots=True)
class GatheredFigures:
    """The figures of a province.

    Attributes:
        files: What was made of each file, in order of names.
        silent: Offices without a file that counts.
    """

    counts: CommuneCounts
    plan: WorkPlan
    files: tuple[ReceivedFigures, ...] = ()
    silent: tuple[str, ...] = field(default=())


def figures_of(counts: CommuneCounts, plan: WorkPlan) -> OfficeFigures:
    """Return what an office sends."""
    return OfficeFigures(
        at=counts.at,
        books=tuple(_book_figures(book, counts) for book in counts.books),
        plan=plan.rows,
    )


def _book_figures(book: BookStatistics, counts: CommuneCounts) -> BookFigures:
    own = {name: getattr(book, name) for name in BookFigures.model_fields if hasattr(book, name)}
    delivery = counts.deliveries.get(book.book_id, BookDelivery())
    sample = counts.samples.get(book.book_id, SampleCount())
    left = {"delivered_at": delivery.delivered_at, "extracts": delivery.extracts}
    return BookFigures.model_validate(own | left | {"checked": sample.checked, "wrong": sample.wrong})


def write_figures(path: Path, figures: OfficeFigures, key: SigningKey) -> None:
    """Write a signed file of figures.

    Raises:
        StorageError: The disk refuses the write.
    """
    text = figures.model_dump_json(exclude_defaults=True, by_alias=True)
    signed = SignedFigures(figures=text, public_key=key.public, signature=key.sign(text.encode()))
    try:
        write_atomically(path, signed.model_dump_json().encode())
    except OSError as error:
        raise StorageError(f"Không ghi được {path} ({error.strerror}).") from None


def read_offices(path: Path) -> tuple[ProvinceOffice, ...]:
    """Return the offices of a province in ``province.toml``.

    Raises:
        SchemaError: The file has flaws, or two offices share a key or a place; the message names the line.
        StorageError: There is no such file.
    """
    if not path.exists():
        raise StorageError(
            f"Chưa có {path}. Hãy ghi vào đó các cơ quan gửi số liệu, mỗi cơ quan một bảng [[office]]."
        )
    file = StaffFile(path)
    note_unknown_tables(file, (TABLE,))
    offices = checked_rows(file, TABLE, ProvinceOffice)
    taken: dict[str, str] = {}
    for number, office in offices:
        for what, one in [("key", office.key), *(("places", code) for code in office.places)]:
            if taken.setdefault(f"{what}:{one}", office.name) != office.name:
                file.flaw_of_row(TABLE, number, what, f"“{one}” đã thuộc {taken[f'{what}:{one}']}.")
    file.refuse_flaws()
    return tuple(office for _, office in offices)


def gather(files: Iterable[Path], offices: Sequence[ProvinceOffice], now: datetime) -> GatheredFigures:
    """Return the figures of a province: the newest file of each office; every other file is named with its reason."""
    by_key = {office.key: office for office in offices}
    newest: dict[str, tuple[Path, OfficeFigures]] = {}
    told: dict[Path, ReceivedFigures] = {}
    for path in sorted(files):
        office, figures, refused = _read(path, by_key, now)
        name = office.name if office else ""
        told[path] = ReceivedFigures(path.name, name, figures.at if figures else None, refused)
        if figures is None or refused:
            continue
        before = newest.get(name)
        older = path if before and figures.at <= before[1].at else before[0] if before else None
        if older is not path:
            newest[name] = (path, figures)
        if older is not None:
            told[older] = replace(told[older], is_older=True)
    sent = [figures for _, figures in newest.values()]
    return GatheredFigures(
        _counts(sent, now),
        WorkPlan(tuple(row for figures in sent for row in figures.plan)),
        tuple(told[path] for path in sorted(told)),
        tuple(office.name for office in offices if office.name not in newest),
    )


def _read(
    path: Path, by_key: dict[str, ProvinceOffice], now: datetime
) -> tuple[ProvinceOffice | None, OfficeFigures | None, str]:
    """Return the office and the figures of a file, and why it does not count."""
    try:
        signed = SignedFigures.model_validate_json(read_regular_file(path, MOST_BYTES))
    except (OSError, FileRefused, ValidationError):
        return None, None, "không phải tệp số liệu dùng được"
    office = by_key.get(signed.public_key)
    if office is None:
        return None, None, "khóa không của cơ quan nào trong province.toml"
    if not is_signed(signed.figures.encode(), signed.signature, office.key):
        return office, None, "chữ ký sai: tệp đã bị đổi"
    try:
        figures = OfficeFigures.model_validate_json(signed.figures)
    except ValidationError:
        return office, None, "số liệu của một bản hotich khác, hoặc bị hỏng"
    if figures.at > now + CLOCKS_DIFFER:
        return office, figures, "ghi ngày ở tương lai; xem lại đồng hồ của cơ quan gửi"
    places = {book.place_code for book in figures.books} | {row.place for row in figures.plan}
    if foreign := sorted(places - set(office.places)):
        return office, figures, f"có nơi đăng ký không thuộc cơ quan này: {', '.join(foreign[:5])}"
    if any(
        book.waiting + book.straight > book.entries or book.wrong > book.checked for book in figures.books
    ):
        return office, figures, "các số đếm không khớp nhau"
    return office, figures, ""


def _counts(sent: Iterable[OfficeFigures], now: datetime) -> CommuneCounts:
    """Return the counts of all books, each under a number of its own."""
    books, deliveries, samples = [], {}, {}
    for number, one in enumerate(book for figures in sent for book in figures.books):
        own = one.model_dump(exclude={"delivered_at", "extracts", "checked", "wrong"})
        books.append(BookStatistics(book_id=number, folder_name=str(number), form="", **own))
        deliveries[number] = BookDelivery(one.delivered_at, one.extracts)
        samples[number] = SampleCount(one.checked, one.wrong)
    return CommuneCounts(now, tuple(books), deliveries, samples)
