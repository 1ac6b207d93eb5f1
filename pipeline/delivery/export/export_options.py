"""The office's settings of packages, and the names of files that their patterns give.

They stand in ``package.toml``, one file in the workspace, all of it optional:

.. code-block:: toml

    [package]
    birth_template = "KS70"       # mẫu nhập khai sinh: KS70 (70 cột) hoặc KS60
    file_pattern = "day-du"       # tên tệp PDF: day-du, ngan, hoặc một mẫu tên như {kind}.{opened}.{number}
    book_pattern = "{place}-{kind}.{opened}.{volume}"
    kilobytes = 96                # ảnh của một trang A4, nghìn byte
    month_and_year = "year"       # như [delivery] của office.toml; keep: chờ một người xác nhận
    illegible = ""                # chữ ghi vào cột chữ tự do khi người rà soát không đọc được

    [[paper]]                     # khổ giấy của sổ mở trong những năm này
    from = 1976
    to = 1998
    name = "A3"

    [[page]]                      # trang thuộc về một sự kiện mà máy không tự biết
    book = "KS.2010.01"           # tên thư mục của sổ
    number = "41/2010"            # số của sự kiện
    scan = "KS.2010.93648.03.pdf"
    page = 43
    use = "continued"             # continued: trang tiếp của sự kiện; correction: trang cải chính, thành tệp có đuôi cc

A pattern names parts in braces; what stands in square brackets is left out when a part in it is empty:
``{kind}.{opened}.{place}.{volume}.{paper}[.{registered}].{number}``. Behind the volume stands the mark of a book that
is not an ordinary one: ``02-QH`` (``pipeline.declarations.ledger.SERIES_MARKS``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError

from pipeline.base.errors import PackageRefused
from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.ledger import SERIES_MARKS
from pipeline.declarations.schema import Declaration, Schemas, nearest_hint, refuse_flawed_workbook
from pipeline.delivery.export.compression import CopyOptions
from pipeline.delivery.export.package_values import BookFacts
from pipeline.delivery_rules import ApprovalPolicy, DeliveryPolicy, read_approval
from pipeline.delivery_rules import read as read_delivery_policy
from pipeline.delivery_rules.rules import CONFIRM

PRESETS: Mapping[str, str] = {
    "day-du": "{kind}.{opened}.{place}.{volume}.{paper}[.{registered}].{number}",
    "ngan": "{kind}.{opened}.{volume}[.{registered}].{number}",
}
"""Patterns of PDF names in use: the long one of Hậu Giang's scripts, and the short ``KS.1994.01.01``."""

BOOK_PATTERN = "{place}-{kind}.{opened}.{volume}"
"""How the workbook and the archive of a book are named, as in ``<xã>-KS.2006.01.xlsx``."""

PARTS = frozenset({"kind", "opened", "place", "volume", "paper", "registered", "number"})
BOOK_PARTS = PARTS - {"registered", "number"}
CORRECTION = "cc"

_PART = re.compile(r"\{(\w+)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


def pattern_flaw(pattern: str, parts: frozenset[str]) -> str:
    """Return what is wrong with a pattern, in Vietnamese; ``""`` when nothing is."""
    unknown = [name for name in _PART.findall(pattern) if name not in parts]
    if unknown:
        return f"phần lạ {{{unknown[0]}}}; các phần dùng được: {', '.join(sorted(parts))}."
    without_optional = _OPTIONAL.sub("", pattern)
    if "number" in parts and "number" not in _PART.findall(without_optional):
        return "phải có {number}, và không nằm trong ngoặc vuông."
    rest = _PART.sub("", _OPTIONAL.sub(r"\1", pattern))
    if _UNSAFE.search(rest) or re.search(r"[{}\[\]]", rest):
        return "có dấu không dùng được trong tên tệp, hoặc dấu ngoặc không khớp nhau."
    return ""


def fill_pattern(pattern: str, parts: Mapping[str, str]) -> str:
    """Return the name that a pattern gives; what no file may have in its name becomes ``-``."""

    def optional(found: re.Match[str]) -> str:
        return found[1] if all(parts[name] for name in _PART.findall(found[1])) else ""

    plain = _OPTIONAL.sub(optional, pattern)
    return _UNSAFE.sub("-", _PART.sub(lambda found: parts[found[1]], plain)).strip(" .")


@dataclass(frozen=True, slots=True)
class BookNames:
    """The names of the files of one book.

    Attributes:
        facts: The book.
        paper: The format of its paper, as it is written in names.
        spans: Whether it holds entries of several years, or of another year than it was opened in; then the year of
            registration is part of a name.
        pattern: Of the PDF of an entry.
        book_pattern: Of the workbook and the archive.
    """

    facts: BookFacts
    paper: str
    spans: bool
    pattern: str = PRESETS["day-du"]
    book_pattern: str = BOOK_PATTERN

    @property
    def book(self) -> str:
        """The name of the workbook and of the archive, without ending."""
        return fill_pattern(self.book_pattern, self._parts)

    def entry(self, number: str, registered: str) -> str:
        """Return the name of an entry's PDF without ending; ``number`` as ``NN/YYYY``, ``registered`` its year."""
        parts = self._parts | {
            "registered": registered if self.spans else "",
            "number": number.split("/", maxsplit=1)[0].zfill(2),
        }
        return fill_pattern(self.pattern, parts)

    @property
    def _parts(self) -> dict[str, str]:
        volume, opened = self.facts.ledger.volume.split("/")
        return {
            "kind": self.facts.prefix,
            "opened": opened,
            "place": self.facts.ledger.place_code,
            "volume": f"{volume.zfill(2)}{SERIES_MARKS[self.facts.ledger.series]}",
            "paper": self.paper,
        }


class UniqueNames:
    """Gives out each name once; a name that comes again gets a number: ``(1)``, ``(2)`` and so on."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def unique(self, name: str) -> str:
        """Return the name, numbered when it was given before, whatever its case."""
        unique, again = name, 0
        while unique.casefold() in self._given:
            again += 1
            unique = f"{name}({again})"
        self._given.add(unique.casefold())
        return unique


def paper_of(year: int) -> str:
    """Return the paper of books of that year: A2 from 1999 to 2005, else A4 (as the scripts of Hậu Giang name it)."""
    return "A2" if 1999 <= year <= 2005 else "A4"


R = TypeVar("R", bound=Declaration)


class _Package(Declaration):
    birth_template: Literal["KS60", "KS70"] = "KS70"
    file_pattern: str = "day-du"
    book_pattern: str = BOOK_PATTERN
    kilobytes: float = Field(default=CopyOptions().kilobytes, ge=30, le=2000)
    month_and_year: Literal["keep", "year"] | None = None
    illegible: str = ""


class PaperFormat(Declaration):
    """The name of the paper of books opened ``from_`` … ``to``, both included."""

    from_: int = Field(alias="from")
    to: int
    name: str = Field(min_length=1, pattern=r"^[A-Za-z0-9]+$")


class AttachedPage(Declaration):
    """A page that people say belongs to an entry: the entry goes on there, or it is the paper of a correction."""

    book: str
    number: str
    scan: str
    page: int = Field(ge=1)
    use: Literal["continued", "correction"]


@dataclass(frozen=True)
class PackageOptions:
    """How packages are made: the values of ``package.toml``, or the usual ones.

    Attributes:
        birth_template: KS70 or KS60.
        file_pattern: Of the PDF of an entry.
        book_pattern: Of the workbook and the archive.
        delivery: How what stands on paper becomes what is delivered.
        copies: How the pictures are made.
        papers: Formats by the year a book was opened in.
        attached: Pages that people say belong to entries.
        approval: What must have been seen by a second person before.
    """

    birth_template: str = "KS70"
    file_pattern: str = PRESETS["day-du"]
    book_pattern: str = BOOK_PATTERN
    delivery: DeliveryPolicy = field(default_factory=DeliveryPolicy)
    copies: CopyOptions = field(default_factory=CopyOptions)
    papers: tuple[PaperFormat, ...] = ()
    attached: tuple[AttachedPage, ...] = ()
    approval: ApprovalPolicy = field(default_factory=ApprovalPolicy)

    def template(self, record: str, schemas: Schemas) -> str:
        """Return the workbook that a book of that kind is delivered as.

        Raises:
            PackageRefused: None is declared for it.
            NotDeclared: The file that declares one has a flaw.
        """
        refuse_flawed_workbook(schemas, record)
        known = [spec.export for spec in schemas.exports_of(record)]
        if not known:
            title = schemas.record(record).title
            raise PackageRefused(
                f"Chưa khai báo bảng xuất nào cho loại sổ “{title}”. Hãy khai báo trong thư mục exports của cơ quan."
            )
        return self.birth_template if self.birth_template in known else known[0]

    def paper(self, year: int) -> str:
        """Return the paper of books opened in that year, as it is written in names."""
        return next((paper.name for paper in self.papers if paper.from_ <= year <= paper.to), paper_of(year))


def read_options(path: Path, office: Path | None = None) -> PackageOptions:
    """Return the options of a file; what it leaves out is as usual, and so is everything where there is no file.

    Args:
        path: The ``package.toml``.
        office: The ``office.toml``, whose ``[delivery]`` says how values are delivered and ``[approval]`` what is asked
            for before; None: as usual.

    Raises:
        SchemaError: Names every flaw with its line.
    """
    delivery = DeliveryPolicy() if office is None else read_delivery_policy(office)
    approval = ApprovalPolicy() if office is None else read_approval(office)
    if not path.exists():
        return PackageOptions(delivery=delivery, approval=approval)
    file = StaffFile(path)
    for key in file.table:
        if key not in ("package", "paper", "page"):
            file.flaw(key, f"bảng lạ “{key}”.{nearest_hint(key, ('package', 'paper', 'page'))}")
    package = _package(file)
    papers, attached = _rows(file, "paper", PaperFormat), _rows(file, "page", AttachedPage)
    pattern = PRESETS.get(package.file_pattern, package.file_pattern)
    for key, value, parts in (
        ("file_pattern", pattern, PARTS),
        ("book_pattern", package.book_pattern, BOOK_PARTS),
    ):
        if flaw := pattern_flaw(value, parts):
            file.flaw(key, f"“{key}”: {flaw}")
    file.refuse_flaws()
    if package.month_and_year is not None:
        delivery = delivery.changed(month_and_year={"keep": CONFIRM, "year": "year"}[package.month_and_year])
    return PackageOptions(
        birth_template=package.birth_template,
        file_pattern=pattern,
        book_pattern=package.book_pattern,
        delivery=replace(delivery, illegible_wording=package.illegible.strip()),
        copies=CopyOptions(package.kilobytes),
        papers=papers,
        attached=attached,
        approval=approval,
    )


def _package(file: StaffFile) -> _Package:
    table = file.table.get("package", {})
    try:
        return _Package.model_validate(table)
    except ValidationError as error:
        for flaw in error.errors():
            key = str(flaw["loc"][0]) if flaw["loc"] else "package"
            file.flaw(key, _complaint(key, flaw["type"], _Package))
        return _Package()


def _rows(file: StaffFile, table: str, model: type[R]) -> tuple[R, ...]:
    found = []
    for number, row in file.rows(table):
        try:
            found.append(model.model_validate(row))
        except ValidationError as error:
            for flaw in error.errors():
                key = str(flaw["loc"][0])
                file.flaw_of_row(table, number, key, _complaint(key, flaw["type"], model))
    return tuple(found)


_ALLOWED: dict[str, str] = {
    "birth_template": "chỉ có thể là KS60 hoặc KS70",
    "month_and_year": "chỉ có thể là keep hoặc year",
    "use": "chỉ có thể là continued hoặc correction",
    "kilobytes": "phải là số từ 30 đến 2000",
}


def _complaint(key: str, flaw: str, model: type[Declaration]) -> str:
    names: dict[str, Any] = {spec.alias or name: None for name, spec in model.model_fields.items()}
    if flaw == "extra_forbidden":
        return f"khóa lạ “{key}”.{nearest_hint(key, names)}"
    if flaw == "missing":
        return f"thiếu “{key}”."
    return f"“{key}” {_ALLOWED.get(key, 'không dùng được')}."
