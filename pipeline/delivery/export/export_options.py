"""``package.toml``: an office's settings of packages, and the file names made from its patterns.

A pattern names parts in braces; a group in square brackets is left out when a part in it is empty:
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from pipeline.base.errors import PackageRefused
from pipeline.base.staff_tables import FLAW_OF_ROW, checked_rows, checked_table, note_unknown_tables
from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.ledger import SERIES_MARKS
from pipeline.declarations.office.approval import APPROVAL, ApprovalPolicy
from pipeline.declarations.office.delivery_policy import DeliveryPolicy, read_delivery
from pipeline.declarations.office.delivery_rules import CONFIRM
from pipeline.declarations.office.signing import SIGNING, SigningPolicy
from pipeline.declarations.schema import Declaration, Schemas, refuse_flawed_workbook
from pipeline.declarations.schema.shared_software import PROVINCE_FILE, LoadingRule, read_province_rules
from pipeline.delivery.export.compression import CopyOptions
from pipeline.delivery.export.package_values import BookFacts

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
    """Return the flaw of a pattern, in Vietnamese; ``""`` if it has none."""
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
    """Return the file name that a pattern gives; characters not allowed in file names become ``-``."""

    def optional(match: re.Match[str]) -> str:
        return match[1] if all(parts[name] for name in _PART.findall(match[1])) else ""

    plain = _OPTIONAL.sub(optional, pattern)
    return _UNSAFE.sub("-", _PART.sub(lambda match: parts[match[1]], plain)).strip(" .")


@dataclass(frozen=True, slots=True)
class BookNames:
    """The file names of a book.

    Attributes:
        paper: Name of the paper format, as used in file names.
        spans: Whether the book has entries of several years, or of another year than that of its opening; file names
            then contain the year of registration.
        pattern: Pattern of the PDF of an entry.
        book_pattern: Pattern of the workbook and the archive.
    """

    facts: BookFacts
    paper: str
    spans: bool
    pattern: str = PRESETS["day-du"]
    book_pattern: str = BOOK_PATTERN

    @property
    def book(self) -> str:
        """The name of the workbook and of the archive, without extension."""
        return fill_pattern(self.book_pattern, self._parts)

    def entry(self, number: str, registered: str) -> str:
        """Return the name of an entry's PDF, without extension; ``number``: ``NN/YYYY``, ``registered``: its year."""
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
    """Gives out each name once; a repeated name gets a number: ``(1)``, ``(2)`` and so on."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def unique(self, name: str) -> str:
        """Return the name, numbered if it was given out before; case is ignored."""
        unique, repeats = name, 0
        while unique.casefold() in self._given:
            repeats += 1
            unique = f"{name}({repeats})"
        self._given.add(unique.casefold())
        return unique


def paper_of(year: int) -> str:
    """Return the usual paper format of books of a year: A2 from 1999 to 2005, else A4 (after Hậu Giang's scripts)."""
    return "A2" if 1999 <= year <= 2005 else "A4"


def _pattern(key: str, parts: frozenset[str]) -> AfterValidator:
    """Return a validator that replaces the name of a preset by its pattern and refuses flawed patterns."""

    def pattern(value: str) -> str:
        resolved = PRESETS.get(value, value)
        if flaw := pattern_flaw(resolved, parts):
            complaint = f"“{key}”: {flaw.removesuffix('.')}"
            raise PydanticCustomError(FLAW_OF_ROW, "{said}", {"said": complaint})
        return resolved

    return AfterValidator(pattern)


class PackageKeys(Declaration):
    """Keys of ``[package]``."""

    birth_template: Literal["KS60", "KS70"] = Field(default="KS70", description="mẫu nhập khai sinh")
    file_pattern: Annotated[str, _pattern("file_pattern", PARTS)] = Field(
        default=PRESETS["day-du"], description="tên tệp PDF: `day-du`, `ngan` hoặc một mẫu tên"
    )
    book_pattern: Annotated[str, _pattern("book_pattern", BOOK_PARTS)] = Field(
        default=BOOK_PATTERN, description="mẫu tên của tệp Excel, tệp .zip và thư mục"
    )
    kilobytes: float = Field(
        default=CopyOptions().kilobytes, ge=30, le=2000, description="ảnh của một trang A4, nghìn byte"
    )
    dpi: Literal[150, 300] = Field(
        default=150,
        description="điểm ảnh trên một inch của bản PDF; 300 khi nơi lưu trữ đòi, tệp to khoảng bốn lần",
    )
    month_and_year: Literal["keep", "year"] | None = Field(
        default=None, description="như `[delivery]` của `office.toml`; `keep`: chờ một người xác nhận"
    )
    illegible: str = Field(default="", description="chữ ghi vào cột chữ tự do khi không đọc được")


class PaperFormat(Declaration):
    """Paper format of the books opened in the years ``from_`` to ``to``, both included."""

    from_: int = Field(alias="from")
    to: int
    name: str = Field(min_length=1, pattern=r"^[A-Za-z0-9]+$")


class AttachedPage(Declaration):
    """A page attached to an entry by a person: a continuation of the entry, or the paper of a correction."""

    book: str
    number: str
    scan: str
    page: int = Field(ge=1)
    use: Literal["continued", "correction"]


class PackageOptions(PackageKeys):
    """Settings of packages: the values of ``package.toml``, or the defaults.

    Attributes:
        papers: Formats by the year a book was opened in.
        attached: Pages attached to entries by people.
        approval: What a second person must approve before delivery.
        signing: The certificate that signs, and the server of time stamps.
        province: Rules that refusals of the real software became (``loading.toml``).
    """

    delivery: DeliveryPolicy = Field(default_factory=DeliveryPolicy)
    papers: tuple[PaperFormat, ...] = ()
    attached: tuple[AttachedPage, ...] = ()
    approval: ApprovalPolicy = Field(default_factory=ApprovalPolicy)
    signing: SigningPolicy = Field(default_factory=SigningPolicy)
    province: tuple[LoadingRule, ...] = ()

    @property
    def copies(self) -> CopyOptions:
        """Size of the page pictures."""
        return CopyOptions(self.kilobytes, self.dpi)

    def template(self, record: str, schemas: Schemas) -> str:
        """Return the template in whose form a book of this record is delivered.

        Raises:
            PackageRefused: No template is declared for the record.
            NotDeclared: The file that declares the template has a flaw.
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
        """Return the paper format of the books opened in a year, as used in file names."""
        return next((paper.name for paper in self.papers if paper.from_ <= year <= paper.to), paper_of(year))


def read_options(path: Path, office: Path | None = None) -> PackageOptions:
    """Return the options of a file; keys that are left out, or a file that does not exist, mean the defaults.

    Args:
        path: The ``package.toml``.
        office: The ``office.toml`` with the delivery rules (``[delivery]``), the required approvals (``[approval]``)
            and the signature (``[signing]``); ``None``: the defaults.

    Raises:
        SchemaError: Lists every flaw with its line.
    """
    delivery = DeliveryPolicy() if office is None else read_delivery(office)
    approval = ApprovalPolicy() if office is None else APPROVAL.read(office)
    signing = SigningPolicy() if office is None else SIGNING.read(office)
    province = read_province_rules(path.with_name(PROVINCE_FILE))
    if not path.exists():
        return PackageOptions(delivery=delivery, approval=approval, signing=signing, province=province)
    file = StaffFile(path)
    note_unknown_tables(file, ("package", "paper", "page"))
    keys = checked_table(file, "package", PackageKeys)
    papers, attached = checked_rows(file, "paper", PaperFormat), checked_rows(file, "page", AttachedPage)
    file.refuse_flaws()
    assert keys is not None  # a missing table is a flaw, refused above
    if keys.month_and_year is not None:
        delivery = delivery.changed(month_and_year={"keep": CONFIRM, "year": "year"}[keys.month_and_year])
    return PackageOptions(
        **dict(keys),
        delivery=replace(delivery, illegible_wording=keys.illegible.strip()),
        papers=tuple(row for _, row in papers),
        attached=tuple(row for _, row in attached),
        approval=approval,
        signing=signing,
        province=province,
    )
