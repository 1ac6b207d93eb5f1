"""Two versions of the same made-up births: the registry's, and a file's rows with planted differences.

The list of planted differences separates the true reports of a reconciliation from invented ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from benchmarks.delivery.made_up_births import Cells, birth, births, day_of
from pipeline.base.text import legacy_fonts
from pipeline.base.text.legacy_fonts import LegacyFont

Finding = tuple[str, int, str]
"""Kind, row of the file (of a missing entry: minus its id), column (``""``: the whole)."""


@dataclass
class Versions:
    """``theirs``: rows of the file, each a mapping of cells and how its dates are written; ``planted``: what a
    reconciliation has to find; ``refused``: cells that it must refuse; ``by_kind``: how many of each were planted."""

    entries: list[Cells]
    theirs: list[tuple[Cells, str]] = field(default_factory=list)
    planted: set[Finding] = field(default_factory=set)
    refused: set[tuple[int, str]] = field(default_factory=set)
    by_kind: dict[str, int] = field(default_factory=dict)


Plant = Callable[["_Planter", int], None]


def versions(count: int, seed: int, each: int) -> Versions:
    """Two versions of ``count`` births with each kind of difference planted ``each`` times."""
    planter = _Planter(births(count, seed), random.Random(seed + 1))
    chosen = planter.rng.sample(range(count), each * len(KINDS))
    for at, kind in zip(chosen, [kind for kind in KINDS for _ in range(each)], strict=True):
        planter.plan[at] = kind
    return planter.planted()


class _Planter:
    def __init__(self, entries: list[Cells], rng: random.Random) -> None:
        self.made = Versions(entries)
        self.rng = rng
        self.plan: dict[int, str] = {}

    def planted(self) -> Versions:
        made = self.made
        for at, cells in enumerate(made.entries):
            kind = self.plan.get(at)
            if kind is None:
                made.theirs.append((dict(cells), "text"))
                continue
            made.by_kind[kind] = made.by_kind.get(kind, 0) + 1
            KINDS[kind](self, at)
        return made

    def row(self) -> int:
        """The number that the next row will have in the file."""
        return len(self.made.theirs) + 2

    def differs(self, at: int, how: str = "text", **changed: str) -> None:
        """A row of that entry with other values in some columns."""
        cells = self.made.entries[at] | changed
        self.made.planted |= {("fields", self.row(), column) for column in changed}
        self.made.theirs.append((cells, how))

    def same(self, at: int, how: str, cells: Cells | None = None) -> None:
        """A row that says the same in another way."""
        self.made.theirs.append((dict(cells or self.made.entries[at]), how))


def _changed_name(planter: _Planter, at: int) -> None:
    ours = planter.made.entries[at]
    column = planter.rng.choice(("nksHoTen", "meHoTen", "chaHoTen"))
    planter.differs(at, **{column: " ".join([*ours[column].split()[:-1], "Thử"])})


def _changed_place(planter: _Planter, at: int) -> None:
    planter.differs(at, nksQueQuan=planter.made.entries[at]["nksQueQuan"].replace("ấp ", "ấp 1"))


def _changed_code(planter: _Planter, at: int) -> None:
    planter.differs(at, nksGioiTinh="2" if planter.made.entries[at]["nksGioiTinh"] == "1" else "1")


def _digits(planter: _Planter, at: int) -> None:
    text = planter.made.entries[at]["nycSoGiayToTuyThan"]
    places = [k for k in range(len(text) - 1) if text[k] != text[k + 1]]
    k = planter.rng.choice(places)
    planter.differs(at, nycSoGiayToTuyThan=text[:k] + text[k + 1] + text[k] + text[k + 2 :])


def _moved_free(planter: _Planter, at: int) -> None:
    number, _, year = planter.made.entries[at]["so"].partition("/")
    planter.differs(at, so=f"{int(number) + 5000}/{year}")


def _moved_onto_another(planter: _Planter, at: int) -> None:
    number, _, year = planter.made.entries[at]["so"].partition("/")
    other = int(number) - 1 if int(number) > 1 else int(number) + 1
    planter.differs(at, so=f"{other:02}/{year}")


def _moved_volume(planter: _Planter, at: int) -> None:
    planter.differs(at, quyenSo=planter.made.entries[at]["quyenSo"].replace("01/", "07/"))


def _missing(planter: _Planter, at: int) -> None:
    planter.made.planted.add(("missing", -(at + 1), ""))


def _extra(planter: _Planter, at: int) -> None:
    planter.same(at, "text")
    stranger = birth(planter.rng, at)
    number, _, year = stranger["so"].partition("/")
    stranger |= {"so": f"{int(number) + 8000}/{year}"}
    stranger |= {"ngayDangKy": f"29.12.{year}", "nksNgaySinh": f"0{planter.rng.randrange(1, 9)}.12.{year}"}
    planter.made.planted.add(("extra", planter.row(), ""))
    planter.made.theirs.append((stranger, "text"))


def _duplicate(planter: _Planter, at: int) -> None:
    planter.same(at, "text")
    planter.made.planted.add(("duplicate", planter.row(), ""))
    planter.same(at, "text")


def _swapped(planter: _Planter, at: int) -> None:
    ours = planter.made.entries[at]
    planter.differs(at, meHoTen=ours["chaHoTen"], chaHoTen=ours["meHoTen"])


def _swapped_keys(planter: _Planter, at: int) -> None:
    ours = planter.made.entries[at]
    if ours["so"] == ours["quyenSo"]:
        planter.same(at, "text")
        return
    planter.differs(at, so=ours["quyenSo"], quyenSo=ours["so"])


def _blank_there(planter: _Planter, at: int) -> None:
    planter.differs(at, nksNoiSinh="")


def _only_there(planter: _Planter, at: int) -> None:
    planter.differs(at, ghiChu="Đã cải chính")


def _capitals(planter: _Planter, at: int) -> None:
    planter.differs(at, nksHoTen=planter.made.entries[at]["nksHoTen"].upper())


def _tcvn3(planter: _Planter, at: int) -> None:
    planter.same(at, "text", typed(planter.made.entries[at], LegacyFont.TCVN3))


def _vni(planter: _Planter, at: int) -> None:
    planter.same(at, "text", typed(planter.made.entries[at], LegacyFont.VNI))


def _tcvn3_changed(planter: _Planter, at: int) -> None:
    ours = planter.made.entries[at]
    changed = " ".join([*ours["meHoTen"].split()[:-1], "Thử"])
    planter.made.planted.add(("fields", planter.row(), "meHoTen"))
    planter.same(at, "text", typed(ours | {"meHoTen": changed}, LegacyFont.TCVN3))


def _numeric_dates(planter: _Planter, at: int) -> None:
    planter.same(at, "days")


def _bare_dates(planter: _Planter, at: int) -> None:
    planter.same(at, "numbers")


def _numeric_changed(planter: _Planter, at: int) -> None:
    day = day_of(planter.made.entries[at]["nksNgaySinh"]) - timedelta(days=1)
    planter.differs(at, "days", nksNgaySinh=day.strftime("%d.%m.%Y"))


def _error_cell(planter: _Planter, at: int) -> None:
    planter.made.refused.add((planter.row(), "trangSo"))
    planter.same(at, "error")


KINDS: Mapping[str, Plant] = {
    "sửa một họ tên": _changed_name,
    "sửa nơi chốn": _changed_place,
    "sửa mã": _changed_code,
    "đảo hai chữ số": _digits,
    "dời số sang số trống": _moved_free,
    "dời số đè lên số khác": _moved_onto_another,
    "dời quyển": _moved_volume,
    "thiếu": _missing,
    "thừa": _extra,
    "trùng": _duplicate,
    "đổi cột cha, mẹ": _swapped,
    "đổi cột số, quyển số": _swapped_keys,
    "trống bên kia": _blank_there,
    "chỉ bên kia có": _only_there,
    "chỉ khác chữ hoa": _capitals,
    "phông TCVN3": _tcvn3,
    "phông VNI": _vni,
    "phông TCVN3 và sửa": _tcvn3_changed,
    "ngày kiểu Excel": _numeric_dates,
    "ngày là số trơn": _bare_dates,
    "ngày kiểu Excel và sửa": _numeric_changed,
    "ô lỗi": _error_cell,
}


def typed(cells: Mapping[str, str], font: LegacyFont) -> Cells:
    """The row as somebody typed it with that font. TCVN3 has no capitals with a tone: another font shows them."""
    letters = {meant: sign for sign, meant in legacy_fonts._LETTERS[font].items()}
    return {
        column: "".join(letters.get(letter) or letters.get(letter.lower(), letter) for letter in text)
        for column, text in cells.items()
    }
