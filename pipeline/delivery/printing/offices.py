"""In whose name papers are printed: ``print.toml``, one file in the workspace, all of it optional.

.. code-block:: toml

    [[office]]
    code = "BA"                           # tên ngắn của cơ quan trong sổ cấp trích lục: đặt một lần, không đổi
    name = "Ủy ban nhân dân xã Bình An"   # tên cơ quan ở đầu giấy
    superior = "Thành phố Cần Thơ"        # cấp trên, dòng trên tên cơ quan
    place = "Bình An"                     # địa danh ghi trước ngày tháng
    places = ["31333", "93629"]           # mã nơi đăng ký của các sổ cơ quan giữ; bỏ trống: mọi nơi
    signer = "Nguyễn Văn Mẫu"             # người thường ký trích lục: điền sẵn, mỗi lần cấp đổi được
    signer_title = "Chủ tịch"             # chức vụ của người ký

An office that keeps the books of several former communes names them all. Extracts are numbered for each ``code`` and
year.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.base.staff_toml import StaffFile
from pipeline.base.text.control_characters import control_character_flaw
from pipeline.declarations.schema import nearest_hint
from pipeline.delivery.printing.contents import IssuingOffice
from pipeline.delivery.printing.letters import missing_letters
from pipeline.registry.typed_text import composed

TABLE = "office"
TEXTS = ("code", "name", "superior", "place", "signer", "signer_title")
KEYS = (*TEXTS, "places")
CODE = re.compile(r"[A-Za-z0-9-]{1,20}")
LONGEST = 120


@dataclass(frozen=True, slots=True)
class IssuingOffices:
    """The offices of an installation, each with the registration places whose books it keeps (None: all)."""

    offices: tuple[tuple[IssuingOffice, frozenset[str] | None], ...] = ()

    def of(self, place_code: str) -> IssuingOffice:
        """Return the office that keeps the books of a registration place; one without a code where none is declared."""
        for office, places in self.offices:
            if places is not None and place_code in places:
                return office
        return next((office for office, places in self.offices if places is None), IssuingOffice())


def read_offices(path: Path) -> IssuingOffices:
    """Return the offices of a file; none where there is no file.

    Raises:
        SchemaError: Names every flaw with its line.
    """
    if not path.exists():
        return IssuingOffices()
    file = StaffFile(path)
    for key in file.table:
        if key != TABLE:
            file.flaw(key, f"bảng lạ “{key}”.{nearest_hint(key, (TABLE,))}")
    found = [_office(file, number, row) for number, row in file.rows(TABLE)]
    _refuse_shared(file, found)
    file.refuse_flaws()
    return IssuingOffices(tuple(found))


def _office(
    file: StaffFile, number: int, row: Mapping[str, Any]
) -> tuple[IssuingOffice, frozenset[str] | None]:
    for key in row:
        if key not in KEYS:
            file.flaw_of_row(TABLE, number, key, f"khóa lạ “{key}”.{nearest_hint(key, KEYS)}")
    texts = {key: _text(file, number, key, row.get(key, "")) for key in TEXTS}
    if not CODE.fullmatch(texts["code"]):
        file.flaw_of_row(
            TABLE, number, "code", "“code” phải có 1 đến 20 chữ cái không dấu, chữ số, gạch nối."
        )
    for key in ("name", "place"):
        if not texts[key]:
            file.flaw_of_row(TABLE, number, key, f"thiếu “{key}”.")
    if texts["signer"] and not texts["signer_title"]:
        file.flaw_of_row(TABLE, number, "signer", "có người ký thì phải có chức vụ (“signer_title”).")
    places = row.get("places")
    if places is None:
        return IssuingOffice(**texts), None
    if not isinstance(places, list) or not all(isinstance(one, str) and one for one in places):
        file.flaw_of_row(
            TABLE, number, "places", "“places” phải là danh sách mã nơi đăng ký, mỗi mã trong ngoặc kép."
        )
        places = []
    return IssuingOffice(**texts), frozenset(places)


def _text(file: StaffFile, number: int, key: str, value: object) -> str:
    """Return a text of an office as it is printed; what is none, or cannot be printed, is a flaw."""
    if not (isinstance(value, str) and len(value) <= LONGEST):
        file.flaw_of_row(
            TABLE, number, key, f"“{key}” phải là chữ trong ngoặc kép, nhiều nhất {LONGEST} ký tự."
        )
        return ""
    text = " ".join(composed(value).split())
    flaw = control_character_flaw(text)
    if not flaw and (unknown := missing_letters(text)):
        flaw = f"có chữ mà phông chữ của giấy không có: {unknown[:20]}"
    if flaw:
        file.flaw_of_row(TABLE, number, key, f"“{key}” {flaw}.")
    return text


def _refuse_shared(file: StaffFile, found: list[tuple[IssuingOffice, frozenset[str] | None]]) -> None:
    """Note what two offices both claim: a code, a place, or all places."""
    codes: set[str] = set()
    taken: set[str | None] = set()
    for number, (office, places) in enumerate(found):
        if office.code.casefold() in codes:
            file.flaw_of_row(TABLE, number, "code", f"“{office.code}” đã là mã của cơ quan khác.")
        codes.add(office.code.casefold())
        mine: set[str | None] = {None} if places is None else set(places)
        for one in sorted(mine & taken, key=str):
            what = "mọi nơi" if one is None else f"nơi “{one}”"
            file.flaw_of_row(TABLE, number, "places", f"{what} đã thuộc cơ quan khác.")
        taken |= mine
