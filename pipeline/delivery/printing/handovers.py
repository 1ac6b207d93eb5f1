"""The handover minutes of a package: the facts of its manifest, after all its files were compared with the manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipeline.base.errors import PrintRefused, StorageError
from pipeline.base.localtime import format_moment
from pipeline.base.signing_key import fingerprint
from pipeline.declarations.schema import Schemas
from pipeline.delivery.export.package_folder import (
    MANIFEST,
    package_flaws,
    read_manifest,
)
from pipeline.delivery.export.package_values import LONG_FIELD
from pipeline.delivery.printing.contents import day_of
from pipeline.delivery.printing.offices import IssuingOffice
from pipeline.delivery.printing.service import HandoverOrder

COLUMN_REMARKS = {"assumed": " (cột giả định)", "own": " (cột của cơ quan)"}
"""Remark about a workbook whose columns are not confirmed as the Ministry's."""

FLAWS = {
    "missing": "thiếu tệp",
    "changed": "tệp đã bị đổi sau khi ký",
    "extra": "tệp lạ",
    "unsigned": "chữ ký thiếu hoặc sai",
    "foreign": "ký bằng một khóa khác",
}


@dataclass(frozen=True, slots=True)
class VerifiedPackage:
    """A package that is complete and unchanged since it was signed.

    Attributes:
        name: Name of the package folder.
    """

    name: str
    manifest: dict[str, Any]
    manifest_sha256: str

    @property
    def place_code(self) -> str:
        """Code of the registration place of the book."""
        book = self.manifest.get("book")
        return str(book.get("place_code", "")) if isinstance(book, dict) else ""


def verified_package(folder: Path) -> VerifiedPackage:
    """Return a package after comparing all its files with its signed manifest.

    Raises:
        PrintRefused: There is no package, or files are missing, changed or not signed.
    """
    try:
        data, manifest = read_manifest(folder)
        flaws = package_flaws(folder)
    except StorageError:
        raise PrintRefused(
            f"“{folder.name}” không phải một gói dùng được: thiếu bản kê. Hãy xuất lại gói."
        ) from None
    if flaws:
        listed_flaws = "; ".join(f"{flaw.file}: {FLAWS[flaw.what]}" for flaw in flaws[:5])
        raise PrintRefused(
            f"Gói không còn đúng như khi ký nên không lập biên bản: {listed_flaws}. Hãy xuất lại gói."
        )
    if read_manifest(folder)[0] != data:
        raise PrintRefused("Bản kê của gói vừa đổi trong lúc kiểm tra. Hãy in lại biên bản.")
    return VerifiedPackage(folder.name, manifest, hashlib.sha256(data).hexdigest())


def _cells(counts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the counts of written cells by length; nothing for a package of before they were counted."""
    if "fields_under_16" not in counts:
        return []
    words = f"Số ô có chữ: dưới {LONG_FIELD} ký tự; từ {LONG_FIELD} ký tự"
    return [(words, f"{counts['fields_under_16']}; {counts['fields_from_16']}")]


def handover_data(
    package: VerifiedPackage, order: HandoverOrder, office: IssuingOffice, day: date, schemas: Schemas
) -> dict[str, Any]:
    """Return the data for the template of the minutes.

    Raises:
        PrintRefused: The manifest lacks a required key.
    """
    try:
        return _data(package, order, office, day, schemas)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise PrintRefused("Bản kê của gói không đủ mục để lập biên bản. Hãy xuất lại gói.") from None


def _data(
    package: VerifiedPackage, order: HandoverOrder, office: IssuingOffice, day: date, schemas: Schemas
) -> dict[str, Any]:
    manifest = package.manifest
    book, counts = manifest["book"], manifest["counts"]
    titles = {spec.prefix: spec.title for spec in schemas.records.values()}
    left = len(manifest.get("not_settled", ()))
    withdrawn = len(manifest.get("withdrawn", ()))
    facts = [
        ("Loại sổ", titles.get(book["kind"], book["kind"])),
        ("Quyển số", book["volume"]),
        ("Mã nơi đăng ký", book["place_code"]),
        (
            "Mẫu bảng tính",
            f"{manifest['template']}{COLUMN_REMARKS.get(manifest.get('template_columns', ''), '')}",
        ),
        ("Gói lập lúc", format_moment(datetime.fromisoformat(manifest["made_at"]))),
        ("Số sự kiện trong gói", str(counts["entries"])),
        ("Số tệp PDF", str(counts["pdfs"])),
        *_cells(counts),
        ("Số sự kiện ghi ở trang khóa sổ", _known(book.get("closing_entries"))),
        ("Số ô có cải chính, bổ sung", str(len(manifest.get("amended", ())))),
        (
            "Tình trạng",
            "đủ, không còn vướng mắc" if manifest["complete"] else f"CHƯA ĐỦ: {left} chỗ không có trong gói",
        ),
    ]
    if withdrawn:
        facts.append(("Sự kiện của gói trước nay đã thu hồi", str(withdrawn)))
    facts.append(("Vân tay khóa ký", fingerprint(str(manifest["public_key"]))))
    files = [(name, digest) for name, digest in sorted(manifest["files"].items()) if "/" not in name]
    return {
        "title": "Biên bản bàn giao gói dữ liệu",
        "office": office.head,
        "day": day_of(day),
        "giver": _party(order.giver.office or office.name, order.giver.name, order.giver.title),
        "receiver": _party(order.receiver.office, order.receiver.name, order.receiver.title),
        "facts": [[label, text] for label, text in facts],
        "files": [[name, digest] for name, digest in (*files, (MANIFEST, package.manifest_sha256))],
        "verified": (
            f"Trước khi lập biên bản, chương trình đã so từng tệp của gói “{package.name}” với bản kê có chữ ký: đủ "
            "tệp, không tệp nào bị đổi, chữ ký đúng."
        ),
    }


def _known(number: Any) -> str:
    return "không ghi" if number is None else str(number)


def _party(office: str, name: str, title: str) -> dict[str, str]:
    return {"office": office, "name": name, "title": title}
