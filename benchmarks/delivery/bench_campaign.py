"""A province in small: do papers, packages, the disk and the registry say the same, from handover to statistics?

Twelve former communes that five answer for today hand over their books, signed by both sides; the books come back; one
package a book is exported with the office's certificate; a disk of them is listed, and checked as its receiver does;
volumes, the report by the units of today, a province's figures and the forms of statistics are made. Pages are drawn
and put into the registry as read and accepted: reading, review and the drawing of samples are not part of this.

Contradictions are pairs of figures that ought to be equal and are not. Every PDF is held against PDF/A-2b and its
signature is verified. At the end single bytes of the disk are flipped, one at a time, anywhere: each must be found.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED
from benchmarks.delivery.bench_signing import self_signed
from benchmarks.delivery.filled_books import fill_book
from benchmarks.figures import report_figures, say
from pipeline.base.signing_key import signing_key
from pipeline.declarations import schema
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.signing import SigningPolicy
from pipeline.declarations.schema import Schemas
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.export.package_folder import package_flaws, read_manifest
from pipeline.delivery.export.pdfa_check import pdfa_flaws
from pipeline.delivery.package import export_book
from pipeline.delivery.printing.volume_table import package_folders, volume_table
from pipeline.delivery.signing.disk_list import DiskCounts, disk_flaws, write_disk_list
from pipeline.delivery.signing.office_certificate import office_signer
from pipeline.delivery.signing.package_signatures import manifest_signature_flaws
from pipeline.delivery.signing.pades import signature_state
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.custody.model import (
    BookDescription,
    CustodyAct,
    CustodyOrder,
    CustodyParty,
    Direction,
)
from pipeline.registry.statistics.countable_entries import RegistrationPeriod
from pipeline.reports.communes import commune_report
from pipeline.reports.content import ReportCell
from pipeline.reports.office_figures import ENDING, ProvinceOffice, figures_of, gather, write_figures
from pipeline.reports.plan import WorkPlan
from pipeline.reports.statistics.asked import asked_report
from pipeline.reports.statistics.counting import CountingScope
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from pipeline.training.synthetic_pages import SynthOptions, write_book
from pipeline.values.places import AnsweringUnits, Gazetteer, Level

FORMS = ("birth-2006", "marriage-2006", "death-2006")
STATISTICS = {"13a": FORMS, "14a": (), "22a": ()}
"""Which of the books each form of statistics counts."""

FORMER, TODAY, BOOKS_A_COMMUNE = 12, 5, 5
FIRST_YEAR = 2007
CENTRE = CustodyParty("Trung tâm số hóa", "Lê Thị Hai", "Trưởng nhóm")

Pairs = list[tuple[str, object, object]]
"""What is compared, and both figures."""


def merged_communes(gazetteer: Gazetteer, units: AnsweringUnits) -> list[str]:
    """Return twelve former communes for which five answer today."""
    former = [unit for unit in gazetteer.units if unit.scheme == "2004" and unit.level is Level.COMMUNE]
    groups: dict[str, list[str]] = {}
    for unit in former:
        answer = units.of(unit.code, unit.name, (2010,))
        if len(answer.units) == 1 and unit.code in gazetteer.successors:
            groups.setdefault(answer.key, []).append(unit.code)
    sizes = Counter({3: 2, 2: 3})
    chosen: list[str] = []
    for codes in groups.values():
        if sizes[len(codes)]:
            sizes[len(codes)] -= 1
            chosen += codes
    assert len(chosen) == FORMER
    return chosen


def fill(
    registry: Registry,
    context: RunContext,
    root: Path,
    communes: Sequence[str],
    entries: int,
    schemas: Schemas,
) -> Mapping[str, tuple[int, str, str, int]]:
    """Put all books into the registry; return id, form, place code and entries by folder name."""
    drawn = {}
    for form in FORMS:
        options = SynthOptions(
            seed=SEED, entries=4, dpi=150, container="jpeg", cover=False, skew=0.0, turned=0.0
        )
        drawn[form] = write_book(root / form, schemas.form(form), schemas, options)
    books = {}
    for code in communes:
        for number in range(1, BOOKS_A_COMMUNE + 1):
            form = FORMS[(number - 1) % len(FORMS)]
            ledger = replace(
                load_ledger(drawn[form]),
                place=f"Xã {code}",
                place_code=code,
                volume=f"01/{FIRST_YEAR + number}",
                entries=entries,
                pages=entries,
            )
            name = f"{form.split('-')[0]}.{code}.{FIRST_YEAR + number}"
            book_id, filled = fill_book(registry, context, drawn[form], ledger, name, schemas)
            books[name] = (book_id, form, code, filled)
    return books


def hand_over(
    registry: Registry,
    books: Mapping[str, tuple[int, str, str, int]],
    communes: Iterable[str],
    schemas: Schemas,
) -> Pairs:
    """Hand the books of each commune to the contractor and take them back; return what must agree."""
    described = [
        BookDescription(
            name, code, schemas.form(form).record, f"01/{name[-4:]}", "A1", "H1", "còn tốt", pages=filled
        )
        for name, (_, form, code, filled) in books.items()
    ]
    registry.describe_books(described, author="an")
    for code in communes:
        office = CustodyParty(f"UBND xã {code}", "Trần Văn Thử", "Công chức")
        names = tuple(one.folder_name for one in described if one.place_code == code)
        for direction, giver, receiver in ((Direction.OUT, office, CENTRE), (Direction.BACK, CENTRE, office)):
            due_on = date(2026, 11, 30) if direction is Direction.OUT else None
            order = CustodyOrder(direction, names, giver, receiver, date(2026, 11, 2), due_on)
            note = registry.make_custody_note(order, author="an")
            registry.sign_custody_note(note.note_id, CustodyAct.GIVER, author="an", name=giver.name)
            registry.sign_custody_note(note.note_id, CustodyAct.RECEIVER, author="binh", name=receiver.name)
    notes = registry.custody_notes()
    pages = {name: filled for name, (*_, filled) in books.items()}
    return [
        ("phiếu giao nhận đủ chữ ký", sum(note.is_signed for note in notes), 2 * len(list(communes))),
        ("quyển còn ở ngoài", len(registry.late_books(date(2030, 1, 1))), 0),
        *(
            (f"trang đếm tay và trang quét, {book.folder_name}", book.pages, pages[book.folder_name])
            for note in notes
            for book in note.books
        ),
    ]


def export(
    registry: Registry,
    context: RunContext,
    disk: Path,
    books: Mapping[str, tuple[int, str, str, int]],
    dpi: Literal[150, 300],
) -> Pairs:
    """Export a package of every book; return what must agree."""
    pairs: Pairs = []
    for name, (book_id, _, _, filled) in books.items():
        confirm(registry, book_id)
        report = export_book(registry, context, book_id, disk / name, PackageOptions(dpi=dpi), workers=1)
        assert report.folder is not None, (name, report.refused, report.blockers[:1], report.faults[:2])
        pairs.append((f"sự kiện trong gói và trong sổ, {name}", report.entries, filled))
    return pairs


def confirm(registry: Registry, book_id: int) -> None:
    """Confirm the first proposal of every value that waits, once for all alike entries of the book."""
    policy = DeliveryPolicy()
    for entry_id in registry.entries(book_id):
        for field, layers in registry.delivery_layers(entry_id, policy).items():
            if layers.waits and layers.proposals:
                registry.confirm_alike(entry_id, field, policy, 0, author="binh", shown=layers.mark)


def pdfs_of(disk: Path) -> Iterator[bytes]:
    for path in sorted(disk.rglob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def counted(
    registry: Registry,
    schemas: Schemas,
    books: Mapping[str, tuple[int, str, str, int]],
    folder: Path,
    public: str,
) -> Pairs:
    """Make the papers and reports of the province; return what must agree."""
    now = datetime.now(UTC)
    units = AnsweringUnits(schemas.places.gazetteer, now.date())
    total = sum(filled for *_, filled in books.values())
    counts = registry.statistics(None).communes()
    report = commune_report(counts, schemas, units)
    table = report.sections[0].tables[0]
    at = {title: column for column, (title, _) in enumerate(table.columns)}
    rows = [row for row in table.rows if row[0].text != "Tất cả"]
    key = signing_key(folder / "province.key")
    write_figures(folder / f"a{ENDING}", figures_of(counts, WorkPlan()), key)
    codes = tuple(sorted({code for _, _, code, _ in books.values()}))
    office = ProvinceOffice(name="Tỉnh", key=key.public, places=codes)
    gathered = gather([folder / f"a{ENDING}"], [office], now + timedelta(seconds=1))
    volumes = volume_table(package_folders(folder / "disk"), public)
    pairs: Pairs = [
        ("xã hiện nay", len(rows), TODAY),
        ("sự kiện theo xã hiện nay", _sum(rows, at["Đã đọc"]), total),
        (
            "sổ đã xuất gói theo xã hiện nay",
            _sum(rows, at["Đã xuất gói"]),
            len(books),
        ),
        ("sự kiện tỉnh gộp được", sum(book.entries for book in gathered.counts.books), total),
        ("sổ trong bảng khối lượng", len(volumes.books), len(books)),
        ("sự kiện trong bảng khối lượng", sum(one.entries for one in volumes.books), total),
        ("gói không có chữ ký", len(volumes.unproven), 0),
        (
            "ô tính tiền trong bảng khối lượng",
            sum(one.short + one.long for one in volumes.books),
            sum(
                read_manifest(one)[1]["counts"][f"fields_{length}_16"]
                for one in package_folders(folder / "disk")
                for length in ("under", "from")
            ),
        ),
    ]
    person = Person(0, "binh", "Bình", Role.SUPERVISOR, None)
    for number, forms in STATISTICS.items():
        there = sum(filled for _, of, _, filled in books.values() if of in forms)
        scope = CountingScope(RegistrationPeriod(date(FIRST_YEAR, 1, 1), date(FIRST_YEAR + 9, 12, 31)))
        made, _ = asked_report(registry, schemas, number, scope, person, now)
        figure = next(one for one in made.sections[0].figures if one.label == "Sự kiện đã tính")
        pairs.append((f"sự kiện trong biểu {number}", figure.cell.value, there))
    return pairs


def _sum(rows: Iterable[Sequence[ReportCell]], column: int) -> int:
    return sum(int(row[column].value or 0) for row in rows)


def flipped_bytes_found(disk: Path, public: str, flips: int, seed: int) -> int:
    """Return how many of so many single flipped bytes, anywhere on the disk, are found."""
    rng = random.Random(seed)
    files = sorted(path for path in disk.rglob("*") if path.is_file())
    found = 0
    for number in range(flips):
        path = files[number % len(files)] if number < len(files) else rng.choice(files)
        data = bytearray(path.read_bytes())
        at = rng.randrange(len(data))
        data[at] ^= 1 << rng.randrange(8)
        before = path.read_bytes()
        path.write_bytes(data)
        found += bool(disk_flaws(disk, public))
        path.write_bytes(before)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=50, help="entries a book")
    parser.add_argument("--dpi", type=int, choices=(150, 300), default=150)
    parser.add_argument("--flips", type=int, default=60)
    chosen = parser.parse_args()
    schemas = schema.load()
    units = AnsweringUnits(schemas.places.gazetteer, datetime.now(UTC).date())
    communes = merged_communes(schemas.places.gazetteer, units)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as temporary:
        root = Path(temporary)
        context = Settings().run_context(root / "workspace")
        place = Workspace(context.workspace)
        office = self_signed(ec.generate_private_key(ec.SECP256R1()))
        root.joinpath("disk").mkdir()
        with context.open_registry() as registry:
            books = fill(registry, context, root, communes, chosen.entries, schemas)
            say(f"{len(books)} sổ trong sổ dữ liệu")
            pairs = hand_over(registry, books, communes, schemas)
            place.signing_password.write_text("thu", encoding="utf-8")
            place.signing_certificate.write_bytes(
                serialize_key_and_certificates(
                    b"UBND", office.key, office.certificate, None, BestAvailableEncryption(b"thu")
                )
            )
            for secret in (place.signing_password, place.signing_certificate):
                secret.chmod(0o600)
            pairs += export(registry, context, root / "disk", books, chosen.dpi)
            key = signing_key(place.package_key)
            pairs += counted(registry, schemas, books, root, key.public)
        say("lập và kiểm đĩa")
        listed: DiskCounts = write_disk_list(root / "disk", key, office=office_signer(place, SigningPolicy()))
        trusted = office.certificate.public_bytes(Encoding.DER)
        pdfs = flawed = 0
        for pdf in pdfs_of(root / "disk"):
            pdfs += 1
            flawed += bool(pdfa_flaws(pdf)) or bool(signature_state(pdf, (trusted,)).flaw)
        total = sum(filled for *_, filled in books.values())
        pairs += [
            ("gói trên đĩa", listed.packages, len(books)),
            ("sự kiện trên đĩa", listed.entries, total),
            ("PDF trên đĩa", listed.pdfs, pdfs),
            ("tệp sai trên đĩa", len(disk_flaws(root / "disk", key.public, (trusted,))), 0),
            (
                "bản kê không mang chữ ký số đúng",
                sum(
                    bool(manifest_signature_flaws(one, (trusted,))) for one in package_folders(root / "disk")
                ),
                0,
            ),
            (
                "gói có tệp sai",
                sum(bool(package_flaws(one, key.public)) for one in package_folders(root / "disk")),
                0,
            ),
        ]
        found = flipped_bytes_found(root / "disk", key.public, chosen.flips, SEED)
    wrong = [(what, *both) for what, *both in pairs if both[0] != both[1]]
    for what, first, second in wrong[:20]:
        say(f"mâu thuẫn: {what}: {first} và {second}")
    figures = {
        "former_communes": len(communes),
        "communes": TODAY,
        "books": len(books),
        "entries": total,
        "compared": len(pairs),
        "contradictions": len(wrong),
        "pdfs": pdfs,
        "pdfs_flawed": flawed,
        "disk_mb": round(listed.size / 1e6, 1),
        "flips": chosen.flips,
        "flips_found": found,
        "wall_seconds": round(time.perf_counter() - begun, 1),
    }
    shown = Table("Số đo", "Giá trị", title="Một tỉnh thu nhỏ, từ giao sổ đến thống kê")
    for name, value in figures.items():
        shown.add_row(name, str(value))
    Console(width=80).print(shown)
    report_figures("campaign", figures)


if __name__ == "__main__":
    main()
