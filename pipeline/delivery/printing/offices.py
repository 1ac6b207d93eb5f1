"""The issuing offices of papers: the rows ``[[office]]`` of ``print.toml``, a file in the workspace.

An office that keeps the books of several former communes lists them all. Extracts are numbered by ``code`` and year.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from pipeline.base.staff_tables import FLAW, FLAW_OF_ROW, Wanted, checked_rows, note_unknown_tables
from pipeline.base.staff_toml import StaffFile
from pipeline.base.text.control_characters import control_character_flaw
from pipeline.declarations.office.settings import SettingKind, SettingTable
from pipeline.declarations.schema import Declaration
from pipeline.delivery.printing.letters import missing_letters
from pipeline.registry.typed_text import composed

LONGEST = 120


def _printable(value: object) -> str:
    """Return a text as printed; refuse other types and unprintable texts."""
    if not (isinstance(value, str) and len(value) <= LONGEST):
        raise PydanticCustomError(FLAW, f"phải là chữ trong ngoặc kép, nhiều nhất {LONGEST} ký tự")
    text = " ".join(composed(value).split())
    flaw = control_character_flaw(text)
    if not flaw and (unknown := missing_letters(text)):
        flaw = f"có chữ mà phông chữ của giấy không có: {unknown[:20]}"
    if flaw:
        raise PydanticCustomError(FLAW, "{flaw}", {"flaw": flaw})
    return text


PaperText = Annotated[str, Field(max_length=LONGEST), BeforeValidator(_printable)]
Code = Annotated[PaperText, Wanted("phải có 1 đến 20 chữ cái không dấu, chữ số, gạch nối")]
Places = Annotated[
    frozenset[Annotated[str, Field(min_length=1)]] | None,
    SettingKind.PLACES,
    Wanted("phải là danh sách mã nơi đăng ký, mỗi mã trong ngoặc kép"),
]


class IssuingOffice(Declaration):
    """The office in whose name papers are printed.

    Attributes:
        places: The registration places of its books; ``None``: all places without another office.
    """

    name: PaperText = Field(
        min_length=1,
        title="Tên cơ quan",
        description="Ở đầu trích lục và biên bản bàn giao, ví dụ: Ủy ban nhân dân xã Bình An.",
    )
    superior: PaperText = Field(
        default="",
        title="Cơ quan cấp trên",
        description="Dòng trên tên cơ quan, ví dụ: Thành phố Cần Thơ; để trống được.",
    )
    place: PaperText = Field(min_length=1, title="Địa danh trước ngày tháng", description="Ví dụ: Bình An.")
    signer: PaperText = Field(
        default="",
        title="Người ký trích lục",
        description="Điền sẵn khi cấp, mỗi lần cấp đổi được; để trống: mỗi lần tự ghi.",
    )
    signer_title: PaperText = Field(
        default="", title="Chức vụ người ký", description="Ví dụ: Chủ tịch. Có người ký thì phải có chức vụ."
    )
    code: Code = Field(
        min_length=1,
        max_length=20,
        pattern=r"^[A-Za-z0-9-]+$",
        title="Mã cơ quan trong sổ cấp trích lục",
        description="1 đến 20 chữ cái không dấu, chữ số, gạch nối, ví dụ: BA. Đặt một lần: đổi mã là mở một dãy số "
        "khác.",
    )
    places: Places = Field(
        default=None,
        title="Nơi đăng ký của các sổ cơ quan giữ",
        description="Không chọn nơi nào: mọi nơi chưa thuộc cơ quan khác. Sau sáp nhập thì chọn tất cả các xã cũ.",
    )

    @model_validator(mode="after")
    def _check_signer(self) -> IssuingOffice:
        if self.signer and not self.signer_title:
            raise PydanticCustomError(
                FLAW_OF_ROW, "có người ký thì phải có chức vụ (“signer_title”)", {"key": "signer"}
            )
        return self

    @property
    def head(self) -> dict[str, str]:
        """The head of a paper."""
        return {"name": self.name, "superior": self.superior, "place": self.place}


UNDECLARED = IssuingOffice.model_construct(name="", place="", code="")
"""The office of undeclared places: papers leave its name blank."""

OFFICE = SettingTable(
    "office",
    "Cơ quan cấp trích lục",
    "how-to/print",
    IssuingOffice,
    "Áp dụng cho mọi giấy in từ lúc lưu; trích lục đã cấp giữ nguyên.",
)


@dataclass(frozen=True, slots=True)
class IssuingOffices:
    """The issuing offices of an installation."""

    offices: tuple[IssuingOffice, ...] = ()

    def of(self, place_code: str) -> IssuingOffice:
        """Return the office of a registration place; ``UNDECLARED`` if there is none."""
        for office in self.offices:
            if office.places is not None and place_code in office.places:
                return office
        return next((office for office in self.offices if office.places is None), UNDECLARED)


def read_offices(path: Path) -> IssuingOffices:
    """Return the offices in a file; a missing file has none.

    Raises:
        SchemaError: Lists every flaw with its line.
    """
    if not path.exists():
        return IssuingOffices()
    file = StaffFile(path)
    note_unknown_tables(file, (OFFICE.name,))
    rows = checked_rows(file, OFFICE.name, IssuingOffice)
    _refuse_shared(file, rows)
    file.refuse_flaws()
    return IssuingOffices(tuple(office for _, office in rows))


def _refuse_shared(file: StaffFile, rows: list[tuple[int, IssuingOffice]]) -> None:
    """Note the codes and places that two offices claim, and a second claim to all places."""
    codes: set[str] = set()
    taken: set[str | None] = set()
    for number, office in rows:
        if office.code.casefold() in codes:
            file.flaw_of_row(OFFICE.name, number, "code", f"“{office.code}” đã là mã của cơ quan khác.")
        codes.add(office.code.casefold())
        own: set[str | None] = {None} if office.places is None else set(office.places)
        for place in sorted(own & taken, key=str):
            subject = "mọi nơi" if place is None else f"nơi “{place}”"
            file.flaw_of_row(OFFICE.name, number, "places", f"{subject} đã thuộc cơ quan khác.")
        taken |= own
