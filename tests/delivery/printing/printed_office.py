"""An office with a birth entry whose scan is in the store, to be printed from. No person in it is real."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image

from pipeline.base.files import sha256_of_file
from pipeline.base.model import FieldReading
from pipeline.delivery.printing.office_printer import OfficePrinter
from pipeline.delivery.printing.service import Asker
from pipeline.registry import Registry
from pipeline.scans.intake import DEFAULT_LIMITS
from pipeline.scans.workspace import Workspace
from tests.registry.pages import LEDGER, SCHEMAS, blank, entry, page, read

OFFICES = """
[[office]]
code = "BA"
name = "Ủy ban nhân dân xã Bình An"
superior = "Tỉnh Thử"
place = "Bình An"
signer = "Thử  Ký"
signer_title = "Phó Chủ tịch"
"""
ASKER = Asker("an")
PAGES = 9
VALUES = {
    "entry_number": ("41/2010", "41/2010"),
    "volume_number": ("01/2010", "01/2010"),
    "registered_on": ("12/3/2010", "12.03.2010"),
    "registration_place": ("Xã Thử Nghiệm", "Xã Thử Nghiệm"),
    "child_name": ("Thử $x$ #let Một", "Thử $x$ #let Một"),
    "child_sex": ("Nữ", "2"),
    "child_born_on": ("5/3/2010", "05.03.2010"),
    "child_born_on_words": (
        "Ngày năm tháng ba năm hai nghìn không trăm mười",
        "05.03.2010",
    ),
    "mother_name": ("Thử Hai", "Thử Hai"),
    "notes": ("Đăng ký quá hạn", "Đăng ký quá hạn"),
}


@dataclass(frozen=True)
class PrintedOffice:
    """A registry with a settled entry, and its printer."""

    registry: Registry
    workspace: Workspace
    printer: OfficePrinter
    book_id: int
    entry_id: int
    scan: str

    def add(self, page_no: int, **changed: FieldReading) -> int:
        """Add an entry on a page of its own, with other readings of some fields; return its id."""
        readings = {name: read(name, text, canonical=value) for name, (text, value) in VALUES.items()}
        readings |= {"father_name": blank("father_name"), **changed}
        made = page(entry(*readings.values()), scan=self.scan, page_no=page_no, size=(300, 420))
        self.registry.save_page(self.book_id, made, "f1")
        return self.registry.entries(self.book_id)[-1]


@contextmanager
def printed_office(folder: Path) -> Iterator[PrintedOffice]:
    """Return an office in that folder: a copy of an office that is made once."""
    shutil.copytree(_made(), folder, dirs_exist_ok=True)
    with _opened(folder) as office:
        yield office


@cache
def _made() -> Path:
    """Return the folder of an office with an entry, in which nobody works."""
    folder = Path(tempfile.mkdtemp(prefix="printed-office-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Workspace(folder).print.write_text(OFFICES, encoding="utf-8")
    picture = folder / "scan.jpg"
    Image.new("RGB", (300, 420), "white").save(picture)
    scan = Workspace(folder).store(picture, sha256_of_file(picture))
    with _opened(folder) as office:
        office.registry.store_scan(office.book_id, scan.sha256, picture.name, picture.stat().st_size, PAGES)
        office.add(1)
    return folder


@contextmanager
def _opened(folder: Path) -> Iterator[PrintedOffice]:
    workspace = Workspace(folder)
    with Registry.open(workspace.registry_url, SCHEMAS, audit_key=workspace.audit_key) as registry:
        printer = OfficePrinter(registry, workspace, SCHEMAS, DEFAULT_LIMITS)
        scan = sha256_of_file(folder / "scan.jpg")
        yield PrintedOffice(registry, workspace, printer, registry.book_id(LEDGER, "KS.2010.01"), 1, scan)
