"""``package.toml``: how an office wants its packages. One file in the working folder, all of it optional.

.. code-block:: toml

    [package]
    birth_template = "KS70"       # mẫu nhập khai sinh: KS70 (70 cột) hoặc KS60
    file_pattern = "day-du"       # tên tệp PDF: day-du, ngan, hoặc một mẫu tên như {kind}.{opened}.{number}
    book_pattern = "{place}-{kind}.{opened}.{volume}"
    kilobytes = 96                # ảnh của một trang A4, nghìn byte
    month_and_year = "keep"       # ngày chỉ có tháng, năm: keep (dừng lại) hoặc year (chỉ ghi năm)
    illegible = ""                # chữ ghi vào cột chữ tự do khi người rà soát không đọc được

    [[paper]]                     # khổ giấy của sổ mở trong những năm này
    from = 1976
    to = 1998
    name = "A3"

    [[page]]                      # trang thuộc về một việc mà máy không tự biết
    book = "KS.2010.01"           # tên thư mục của sổ
    number = "41/2010"            # số của việc
    scan = "KS.2010.93648.03.pdf"
    page = 43
    use = "continued"             # continued: trang tiếp của việc; correction: trang cải chính, thành tệp có đuôi cc
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError

from pipeline.export.cells import CellOptions
from pipeline.export.naming import BOOK_PARTS, BOOK_PATTERN, PARTS, PRESETS, paper_of, pattern_flaw
from pipeline.export.picture import CopyOptions
from pipeline.schema import Declaration, nearest
from pipeline.staff_toml import StaffFile

R = TypeVar("R", bound=Declaration)


class _Package(Declaration):
    birth_template: Literal["KS60", "KS70"] = "KS70"
    file_pattern: str = "day-du"
    book_pattern: str = BOOK_PATTERN
    kilobytes: float = Field(default=CopyOptions().kilobytes, ge=30, le=2000)
    month_and_year: Literal["keep", "year"] = "keep"
    illegible: str = ""


class PaperFormat(Declaration):
    """The name of the paper of books opened ``from_`` … ``to``, both included."""

    from_: int = Field(alias="from")
    to: int
    name: str = Field(min_length=1, pattern=r"^[A-Za-z0-9]+$")


class AttachedPage(Declaration):
    """A page that people say belongs to an entry: the entry goes on there, or a correction is attached."""

    book: str
    number: str
    scan: str
    page: int = Field(ge=1)
    use: Literal["continued", "correction"]


@dataclass(frozen=True)
class PackageOptions:
    """How packages are made; the values of ``package.toml`` or what stands in their place."""

    birth_template: str = "KS70"
    file_pattern: str = PRESETS["day-du"]
    book_pattern: str = BOOK_PATTERN
    cells: CellOptions = field(default_factory=CellOptions)
    copies: CopyOptions = field(default_factory=CopyOptions)
    papers: tuple[PaperFormat, ...] = ()
    attached: tuple[AttachedPage, ...] = ()

    def template(self, record: str) -> str:
        """The import template of a record."""
        return {"birth": self.birth_template, "marriage": "KH44", "death": "KT48"}[record]

    def paper(self, year: int) -> str:
        """The paper of books opened in that year, as it stands in names."""
        return next((one.name for one in self.papers if one.from_ <= year <= one.to), paper_of(year))


def read_options(path: Path) -> PackageOptions:
    """What the file says; what it leaves out is as usual, and so is everything where there is no file. Raises
    ``SchemaError`` that names every flaw with its line."""
    if not path.exists():
        return PackageOptions()
    file = StaffFile(path)
    for key in file.table:
        if key not in ("package", "paper", "page"):
            file.flaw(key, f"bảng lạ “{key}”.{nearest(key, ('package', 'paper', 'page'))}")
    said = _package(file)
    papers, attached = _rows(file, "paper", PaperFormat), _rows(file, "page", AttachedPage)
    pattern = PRESETS.get(said.file_pattern, said.file_pattern)
    for key, value, parts in (
        ("file_pattern", pattern, PARTS),
        ("book_pattern", said.book_pattern, BOOK_PARTS),
    ):
        if flaw := pattern_flaw(value, parts):
            file.flaw(key, f"“{key}”: {flaw}")
    file.refuse_flaws()
    return PackageOptions(
        said.birth_template,
        pattern,
        said.book_pattern,
        CellOptions(said.month_and_year, said.illegible.strip()),
        CopyOptions(said.kilobytes),
        papers,
        attached,
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
        return f"khóa lạ “{key}”.{nearest(key, names)}"
    if flaw == "missing":
        return f"thiếu “{key}”."
    return f"“{key}” {_ALLOWED.get(key, 'không dùng được')}."
