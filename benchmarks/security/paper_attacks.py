"""Hostile sheets of paper: QR codes that say what no separator sheet says, scanned before pages of a real book."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image

from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import draw_page
from benchmarks.security.command import hotich
from pipeline.scans.inbox.separator_sheet import PREFIX

GROUP = "giấy"
STILL_SECONDS = 1
GOOD = {
    "folder": "KS.2010.01",
    "form": "birth-2006",
    "place": "UBND xã Thử",
    "place_code": "00001",
    "volume": "01/2010",
}


def _said(**changed: object) -> str:
    return PREFIX + json.dumps({**GOOD, **changed}, ensure_ascii=False, separators=(",", ":"))


SHEETS: Mapping[str, str] = {
    "1500 dấu [": PREFIX + "[" * 1500,
    "đối tượng lồng 250 tầng": PREFIX + '{"folder":' * 250 + "1" + "}" * 250,
    "1000 dấu [ trong một khóa": PREFIX + '{"folder":"a","form":' + "[" * 1000 + "]" * 1000 + "}",
    "entries 2^63": _said(entries=2**63),
    "pages 10^300": _said(pages=10**300),
    "entries 2000 chữ số": PREFIX + json.dumps(GOOD)[:-1] + ',"entries":' + "9" * 2000 + "}",
    "entries âm": _said(entries=-1),
    "entries 1e400": PREFIX + json.dumps(GOOD)[:-1] + ',"entries":1e400}',
    "entries NaN": PREFIX + json.dumps(GOOD)[:-1] + ',"entries":NaN}',
    "entries true": _said(entries=True),
    "thư mục ../": _said(folder="../../etc"),
    "thư mục /etc": _said(folder="/etc"),
    "thư mục rỗng": _said(folder=""),
    "thư mục .git": _said(folder=".git"),
    "thư mục --help": _said(folder="--help"),
    "thư mục có NUL": _said(folder="KS\0.01"),
    "thư mục có ESC": _said(folder="KS\x1b[2J"),
    "thư mục có U+202E": _said(folder="KS\u202e10.01"),
    "thư mục dài 1000 chữ": _said(folder="K" * 1000),
    "nơi có U+202E": _said(folder="KS.2010.91", place="xã \u202eửhT"),
    "nơi có NUL": _said(folder="KS.2010.92", place="xã\0Thử"),
    "nơi có U+200B": _said(folder="KS.2010.93", place="xã\u200bThử"),
    "nơi dài 1200 chữ": _said(folder="KS.2010.94", place="x" * 1200),
    "mẫu không có": _said(folder="KS.2010.95", form="../../../etc/passwd"),
    "khóa lạ": _said(folder="KS.2010.96", __class__="x"),
    "mã nơi có dấu /": _said(folder="KS.2010.97", place_code="../1"),
    "không phải JSON": PREFIX + "{",
    "JSON là một số": PREFIX + "1",
    "cặp thay thế lẻ": PREFIX + '{"folder":"KS\\ud800","form":"birth-2006"}',
}
"""What stands in the codes."""

OF_A_BOOK = {"mẫu không có": "KS.2010.95", "mã nơi có dấu /": "KS.2010.97"}
"""Sheets that name a book which cannot be read or delivered as it is: their pages may go into that folder, no other."""


def attack_by_paper(log: AttackLog, root: Path) -> None:
    """Let a scanner deliver each sheet with a page behind it, then a good sheet with a page; take them all in."""
    delivered = _delivered(root / "all", SHEETS)
    if delivered.good:
        for name in SHEETS:
            placed = [
                path.partition("|")[2] for path in delivered.placed if path.startswith(f"{_mark(name)}|")
            ]
            wrong = [path for path in placed if not path.startswith(f"{OF_A_BOOK.get(name, '')}/")]
            log.note(GROUP, name, held=not wrong, seen=f"placed as {wrong}")
        log.note(GROUP, "trang sau tờ tốt vẫn vào sổ", held=True)
        log.note(
            GROUP,
            "màn hình không có ký tự điều khiển",
            held="\x1b" not in delivered.screen,
            seen="ESC on the screen",
        )
        return
    for name, code in SHEETS.items():  # something stopped all: each by itself shows which
        package = _delivered(root / _mark(name), {name: code})
        log.note(GROUP, name, held=package.good, seen=package.ended)
    log.note(GROUP, "trang sau tờ tốt vẫn vào sổ", held=False, seen=delivered.ended)


class _Delivery:
    """What became of a delivery.

    Attributes:
        good: Whether the page behind the good sheet came into its book, and no round broke off.
        placed: For each page behind a hostile sheet that came into a book: which sheet, and the book.
        screen: What was printed.
    """

    def __init__(self, good: bool, placed: list[str], ended: str, screen: str) -> None:
        self.good, self.placed, self.ended, self.screen = good, placed, ended, screen


def _mark(name: str) -> str:
    return f"{sorted(SHEETS).index(name):02}"


def _delivered(root: Path, sheets: Mapping[str, str]) -> _Delivery:
    workspace, inbox, books = root / "workspace", root / "inboxes" / "may-1", root / "books"
    for folder in (workspace, inbox, books):
        folder.mkdir(parents=True)
    (workspace / "intake.toml").write_text(
        f'books = "{books}"\nstill_seconds = {STILL_SECONDS}\npatience_seconds = 2\n'
        f'[[scanner]]\nname = "may-1"\ninbox = "{inbox}"\n',
        encoding="utf-8",
    )
    pages: dict[str, bytes] = {}
    for at, (name, code) in enumerate(sheets.items()):
        folder = inbox / f"{at:02}"
        folder.mkdir()
        _draw_code(folder / "1.png", code)
        pages[draw_page(folder / "2.png", 5000 + at).read_bytes().hex()] = name.encode()
    last = inbox / "99"
    last.mkdir()
    _draw_code(last / "1.png", _said())
    good = draw_page(last / "2.png", 4999).read_bytes()
    ended = []
    for _ in range(2):
        ended.append(hotich("intake", "run", workspace=workspace))
        time.sleep(STILL_SECONDS + 0.5)
    pictures = {
        path: path.read_bytes() for path in books.rglob("*") if path.is_file() and path.suffix == ".png"
    }
    placed = [
        f"{_mark(pages[content.hex()].decode())}|{path.relative_to(books)}"
        for path, content in pictures.items()
        if content.hex() in pages
    ]
    outside = [path for path in root.rglob("*") if path.name == "passwd" or path.name.startswith("KS\x1b")]
    orderly = all(run.orderly for run in ended) and not outside
    screen = "".join(run.told for run in ended)
    return _Delivery(good in pictures.values() and orderly, placed, "; ".join(map(str, ended)), screen)


def _draw_code(path: Path, text: str) -> None:
    """A sheet with a code, as a scanner delivers it."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    pixels = np.array(zxingcpp.write_barcode_to_image(code, add_quiet_zones=True))
    picture = Image.fromarray(pixels).resize(
        (pixels.shape[1] * 5, pixels.shape[0] * 5), Image.Resampling.NEAREST
    )
    page = Image.new("L", (max(600, picture.width + 80), max(800, picture.height + 80)), 255)
    page.paste(picture, (40, 40))
    page.save(path, "PNG", dpi=(150, 150))
