"""Hostile files: ledgers, scans, names and workbooks, beside a good book that must be read all the same."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import stat
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image

from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import draw_page
from benchmarks.security.command import Finished, hotich

LEDGERS, SCANS, NAMES, WORKBOOKS, MODES = (
    "ledger.toml",
    "bản quét",
    "tên tệp, thư mục",
    "tệp Excel",
    "quyền của tệp",
)
MEGABYTES = 1200.0
"""The most memory that a command may take over a hostile file; reading a page takes a good part of it."""
WORKBOOK_MEGABYTES = 700.0
WORKBOOK_SECONDS = 150.0
RUN_SECONDS = 200.0

LEDGER = 'form = "birth-2006"\nplace = "UBND xã Thử"\nplace_code = "00001"\nvolume = "{volume:02}/2010"\n'


def _numbers(line: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(LEDGER.format(volume=9) + line, encoding="utf-8")


def _bytes(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def _socket(path: Path) -> None:
    here = os.open(path.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"/proc/self/fd/{here}/{path.name}")
    os.close(here)


BAD_LEDGERS: Mapping[str, Callable[[Path], object]] = {
    "100.000 dấu [": _numbers(f"entries = {'[' * 100_000}\n"),
    "20.000 bảng lồng nhau": _numbers(f"[{'.'.join('a' * 20_000)}]\n"),
    "số 5000 chữ số": _numbers(f"entries = {'9' * 5000}\n"),
    "số 2^63": _numbers(f"entries = {2**63}\n"),
    "số thập lục phân dài": _numbers(f"pages = 0x{'f' * 4000}\n"),
    "8 MB": _numbers(f"# {'x' * 8_000_000}\n"),
    "FIFO": os.mkfifo,
    "socket": _socket,
    "liên kết tới /dev/zero": lambda path: path.symlink_to("/dev/zero"),
    "liên kết tới /etc/passwd": lambda path: path.symlink_to("/etc/passwd"),
    "liên kết vòng": lambda path: path.symlink_to(path),
    "thư mục": Path.mkdir,
    "rỗng": _bytes(b""),
    "UTF-16": _bytes(LEDGER.format(volume=9).encode("utf-16")),
    "NUL": _numbers('closed_on = "a\\u0000"\n'),
    "nơi có ESC": _bytes(LEDGER.format(volume=9).replace("Thử", "T\\u001b[2J").encode()),
    "nơi có U+202E": _bytes(LEDGER.format(volume=9).replace("Thử", "\\u202eửhT").encode()),
    "nơi có U+200B": _bytes(LEDGER.format(volume=9).replace("Thử", "Th\\u200bử").encode()),
    "nơi dài 60.000 chữ": _bytes(LEDGER.format(volume=9).replace("Thử", "x" * 60_000).encode()),
    "mẫu là đường dẫn": _bytes(LEDGER.format(volume=9).replace("birth-2006", "../../etc/passwd").encode()),
}
"""How each bad ``ledger.toml`` is made."""


def _bomb(path: Path) -> None:
    """A PNG of 60,000 × 60,000 pixels in few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
        )

    side = (60_000).to_bytes(4, "big")
    rows = zlib.compress(b"\0" * 20_000_000, 9)
    header = chunk(b"IHDR", side + side + b"\x08\x00\x00\x00\x00")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def _cyclic(path: Path) -> None:
    """A PDF whose pages are their own children."""
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>endobj\ntrailer<</Root 1 0 R/Size 3>>\n%%EOF\n"
    )
    path.write_bytes(body)


def _nested(path: Path) -> None:
    path.write_bytes(b"%PDF-1.4\n1 0 obj" + b"[" * 200_000 + b"endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")


def _looping_tiff(path: Path) -> None:
    """A TIFF whose directory leads to itself."""
    picture = Image.new("L", (40, 40), 200)
    picture.save(path, "TIFF")
    content = bytearray(path.read_bytes())
    first = int.from_bytes(content[4:8], "little")
    count = int.from_bytes(content[first : first + 2], "little")
    content[first + 2 + 12 * count : first + 6 + 12 * count] = first.to_bytes(4, "little")
    path.write_bytes(bytes(content))


BAD_SCANS: Mapping[str, Callable[[Path], object]] = {
    "a01.pdf": os.mkfifo,
    "a02.png": _socket,
    "a03.png": lambda path: path.symlink_to("/dev/zero"),
    "a04.png": lambda path: path.symlink_to(path),
    "a05.png": Path.mkdir,
    "a06.png": _bomb,
    "a07.pdf": _cyclic,
    "a08.pdf": _nested,
    "a09.tif": _looping_tiff,
    "a10.pdf": _bytes(b""),
    "a11.pdf": _bytes(b"%PDF-1.4\n" + os.urandom(20_000)),
    "a12.jpg": _bytes(b"\xff\xd8\xff\xe0" + b"\0" * 40),
    "a13.png": _bytes(b"#!/bin/sh\ntouch /tmp/x\n"),
    "a14\x1b[2J\x1b]0;x\a.png": _bytes(b"x"),
    "a15\u202egnp.exe.png": _bytes(b"x"),
    "a16\n.png": _bytes(b"x"),
    "-rf.png": _bytes(b"x"),
    "$(touch x).png": _bytes(b"x"),
}
"""How each bad scan is made."""

READ_ALL_THE_SAME = ("a09.tif",)
"""A scan whose first page is whole, whatever follows."""


def attack_by_files(log: AttackLog, root: Path) -> None:
    """Run a night over bad books and a good book, then look at what was read, reported and written."""
    books, workspace, secret = root / "books", root / "workspace", root / "outside"
    _good_book(books / "KS.2010.01", 1)
    draw_page(secret / "bi-mat.png", 77)
    for number, make in enumerate(BAD_LEDGERS.values(), 10):
        folder = books / f"KS.2011.{number}"
        draw_page(folder / "1.png", number)
        make(folder / "ledger.toml")
    scans = books / "KS.2010.02"
    _good_book(scans, 2)
    for name, make in BAD_SCANS.items():
        make(scans / name)
    (scans / "ngoai.png").symlink_to(secret / "bi-mat.png")
    (scans / "thu-muc").symlink_to(secret, target_is_directory=True)
    steering = "KS\x1b[2J\u202e.03"
    _good_book(books / steering, 3)
    done = hotich("run", books, workspace=workspace, seconds=RUN_SECONDS, umask=0o022)
    listed = (
        hotich("run", books, "--json", workspace=workspace, seconds=RUN_SECONDS) if done.orderly else done
    )
    reports = _reports(listed)
    read = reports.get("KS.2010.01", {}).get("pages", 0) == 1
    if done.orderly and read:
        for number, name in enumerate(BAD_LEDGERS, 10):
            report = reports.get(f"KS.2011.{number}", {})
            named = bool(report.get("failures")) and not report.get("entries")
            log.note(LEDGERS, name, held=named, seen=f"read as if nothing were wrong: {report}"[:200])
        failed = [str(failure.get("scan")) for failure in reports.get("KS.2010.02", {}).get("failures", [])]
        for name in BAD_SCANS:
            known = name[:3]  # what steers a screen is written otherwise
            held = name in READ_ALL_THE_SAME or any(failure.startswith(known) for failure in failed)
            log.note(SCANS, repr(name), held=held, seen=f"not named among {failed}")
    else:
        _each_alone(log, root, done)
    log.note(LEDGERS, "sổ tốt bên cạnh vẫn được đọc", held=done.orderly and read, seen=done)
    log.note(LEDGERS, "bộ nhớ", held=done.megabytes < MEGABYTES, seen=done)
    stored = {path.stem for path in (workspace / "objects").rglob("*.png")}
    log.note(
        NAMES,
        "liên kết ra ngoài thư mục sổ",
        held=_digest(secret / "bi-mat.png") not in stored,
        seen="it was read",
    )
    for command in (("run", books), ("queue",), ("report",), ("check",), ("doctor",)):
        outputs = (
            hotich(*command, workspace=workspace, seconds=RUN_SECONDS).told
            if command[0] != "run"
            else done.told
        )
        steered = [
            name
            for name, letter in (("ESC", "\x1b"), ("U+202E", "\u202e"), ("BEL", "\a"))
            if letter in outputs
        ]
        log.note(NAMES, f"màn hình của {command[0]}", held=not steered, seen=steered)
    _look_at_modes(log, workspace, "run")


def _good_book(folder: Path, volume: int) -> None:
    draw_page(folder / "trang.png", 100 + volume)
    (folder / "ledger.toml").write_text(LEDGER.format(volume=volume), encoding="utf-8")


def _reports(done: Finished) -> dict[str, dict]:  # type: ignore[type-arg]
    try:
        return {book["folder"]: book for book in json.loads(done.out)["books"]}
    except (ValueError, KeyError, TypeError):
        return {}


def _each_alone(log: AttackLog, root: Path, together: Finished) -> None:
    """Run each bad ledger beside a good book after the whole night broke off, to identify the cause."""
    for number, (name, make) in enumerate(BAD_LEDGERS.items(), 10):
        books = root / "alone" / str(number)
        _good_book(books / "KS.2010.01", 1)
        draw_page(books / "KS.2011.01" / "1.png", number)
        make(books / "KS.2011.01" / "ledger.toml")
        done = hotich("run", books, "--json", workspace=root / "alone" / f"w{number}", seconds=20)
        held = done.orderly and _reports(done).get("KS.2010.01", {}).get("pages", 0) == 1
        log.note(LEDGERS, name, held=held and done.megabytes < MEGABYTES, seen=done)
    log.note(SCANS, "cùng một lượt", held=False, seen=together)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _look_at_modes(log: AttackLog, folder: Path, what: str) -> None:
    """No file that a command wrote under the usual umask is for others."""
    open_ones = [
        f"{path.relative_to(folder)} {stat.filemode(path.lstat().st_mode)}"
        for path in sorted(folder.rglob("*"))
        if not path.is_symlink() and path.is_file() and path.stat().st_mode & 0o077
    ]
    inside = not folder.stat().st_mode & 0o077
    log.note(
        MODES, what, held=not open_ones and inside, seen=open_ones[:5] or stat.filemode(folder.stat().st_mode)
    )


# --- workbooks ----------------------------------------------------------------------------------------------------

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
    'PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
    'worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = (
    f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
_BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_BOOK_RELS = (
    f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_OFFICE}/worksheet" '
    f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_OFFICE}/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>'
)
_HEAD = "so", "quyenSo", "ngayDangKy", "noiDangKy", "nksHoTen"


def _workbook(
    path: Path, rows: str, strings: tuple[bytes, bytes, int, bytes] = (b"", b"", 0, b""), prolog: str = ""
) -> None:
    """A workbook of raw parts. ``strings``: of the shared strings a head, what is repeated, how often, an end."""
    head = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in _HEAD)
    data = f"<sheetData><row>{head}</row>{rows}</sheetData>"
    sheet = f'<?xml version="1.0"?>{prolog}<worksheet xmlns="{_MAIN}">{data}</worksheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        for name, text in {
            "[Content_Types].xml": _TYPES, "_rels/.rels": _RELS, "xl/workbook.xml": _BOOK,
            "xl/_rels/workbook.xml.rels": _BOOK_RELS, "xl/worksheets/sheet1.xml": sheet,
        }.items():  # fmt: skip
            file.writestr(name, text)
        with file.open("xl/sharedStrings.xml", "w") as shared:
            shared.write(f'<?xml version="1.0"?><sst xmlns="{_MAIN}">'.encode())
            first, again, times, last = strings
            shared.write(first)
            for _ in range(times // 1000):
                shared.write(again * 1000)
            shared.write(last + b"</sst>")


_ENTITIES = (
    '<!DOCTYPE a [<!ENTITY x0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
_OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def _cells(text: str) -> str:
    return f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>'


def _long_cell(path: Path) -> None:
    _workbook(path, '<row><c t="s"><v>0</v></c></row>', (b"<si><t>", b"a" * 1000, 300_000, b"</t></si>"))


BAD_WORKBOOKS: Mapping[str, Callable[[Path], object]] = {
    "8 triệu chuỗi dùng chung": lambda path: _workbook(path, "", (b"", b"<si><t>a</t></si>", 8_000_000, b"")),
    "một ô 300 MB": _long_cell,
    "một ô 40.000 chữ": lambda path: _workbook(path, _cells("a" * 40_000)),
    "thực thể XML nở ra": lambda path: _workbook(path, _cells("&x9;"), prolog=_ENTITIES),
    "thực thể XML từ tệp": lambda path: _workbook(path, _cells("&x;"), prolog=_OUTSIDE),
    "lồng 200.000 tầng": lambda path: _workbook(path, "<a>" * 200_000 + "</a>" * 200_000),
    "2 triệu dòng rỗng": lambda path: _workbook(path, "<row/>" * 2_000_000),
    "cột XFDZZZ": lambda path: _workbook(path, '<row><c r="XFDZZZ1"><v>1</v></c></row>'),
    "chỉ số chuỗi 2^63": lambda path: _workbook(path, f'<row><c t="s"><v>{2**63}</v></c></row>'),
    "số 5000 chữ số": lambda path: _workbook(path, f"<row><c><v>{'9' * 5000}</v></c></row>"),
    "FIFO": os.mkfifo,
    "liên kết tới /dev/zero": lambda path: path.symlink_to("/dev/zero"),
    "U+202E trong một ô": lambda path: _workbook(path, _cells("\u202eThử")),
}  # fmt: skip
"""How each bad workbook is made."""


def attack_by_workbooks(log: AttackLog, root: Path, workspace: Path) -> None:
    """Compare a registry with each bad workbook."""
    root.mkdir(parents=True)
    for number, (name, make) in enumerate(BAD_WORKBOOKS.items()):
        with log.attempt(WORKBOOKS, name):
            path = root / f"{number}.xlsx"
            make(path)
            done = hotich(
                "reconcile",
                path,
                "-o",
                root / f"{number}-ra.xlsx",
                workspace=workspace,
                seconds=WORKBOOK_SECONDS,
            )
            steered = "\u202e" in done.told or "root:" in done.told
            held = done.orderly and done.megabytes < WORKBOOK_MEGABYTES and not steered
            log.note(WORKBOOKS, name, held=held, seen=done)
