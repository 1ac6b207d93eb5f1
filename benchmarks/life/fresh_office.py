"""An office on its first day: an empty workspace, the server started as the handbook says, and paper to scan."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pipeline.base.model import Ledger
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Schemas
from pipeline.training.evaluation import BookTruth, load_truth
from pipeline.training.synthetic_pages import SynthOptions, write_book

START_SECONDS = 240
PRINT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
WHOLE = "birth-2006"
"""The form of the book that is worked through to its package."""


@dataclass(frozen=True)
class PaperBook:
    """A book that lies on a shelf.

    Attributes:
        what: What is special about it.
        scans: Its pages as files of a scanner, or photographs.
        truth: What stands in it; of a form that nobody knows: None.
    """

    what: str
    form: str
    scans: tuple[Path, ...]
    ledger: Ledger
    truth: BookTruth | None


@contextmanager
def fresh_office(folder: Path) -> Iterator[tuple[str, Path]]:
    """Start an office in an empty folder; yields its address and the file of the first password."""
    key = folder / "backup.key"
    key.touch(mode=0o600)
    key.write_text(secrets.token_hex(32))
    (folder / "books").mkdir()
    port, prefect = _free_port(), _free_port()
    workspace = folder / "workspace"
    command = [sys.executable, "-m", "pipeline.cli", "server", str(folder / "books"), "--workspace", str(workspace),
               "--backup", str(folder / "backup"), "--backup-key-file", str(key), "--port", str(port),
               "--prefect-port", str(prefect)]  # fmt: skip
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HOTICH", "PREFECT"))
    }
    with (
        (folder / "server.log").open("wb") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT) as server,
    ):
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(server, url, folder / "server.log")
            yield url, workspace / "first-password.txt"
        finally:
            server.terminate()
            server.wait(START_SECONDS)


def draw_books(folder: Path, pages: int, schemas: Schemas) -> list[PaperBook]:
    """Draw six books of together about so many pages."""
    each = max(5, (pages - 20) // 3)
    books = []
    for number, (what, form, options) in enumerate(
        (
            ("làm trọn đến gói", WHOLE, SynthOptions(entries=6, writing="typed")),
            ("viết tay, PDF", "birth-2016", SynthOptions(entries=each)),
            ("đã gõ Excel từ trước", "marriage-2006", SynthOptions(entries=each)),
            (
                "nằm ngang, quét hai lần",
                "death-2006",
                SynthOptions(entries=each, container="jpeg", turned=0.2),
            ),
            ("chụp bằng điện thoại", "birth-2006", SynthOptions(entries=3, container="jpeg", cover=False)),
        ),
        1,
    ):
        options = _of_volume(options, number)
        drawn = write_book(folder / f"so-{number}", schemas.form(form), schemas, options)
        scans = tuple(path for path in sorted(drawn.iterdir()) if path.suffix not in (".toml", ".json"))
        books.append(PaperBook(what, form, scans, load_ledger(drawn), load_truth(drawn / "truth.json")))
    unknown = folder / "so-6"
    unknown.mkdir()
    scans = tuple(_unknown_page(unknown / f"la-{number}.png", number) for number in range(1, 6))
    ledger = books[-1].ledger
    books.append(PaperBook("mẫu chưa ai biết", WHOLE, scans, ledger, None))
    return books


def _of_volume(options: SynthOptions, number: int) -> SynthOptions:
    fields = {name: getattr(options, name) for name in ("entries", "writing", "container", "turned", "cover")}
    return SynthOptions(seed=40 + number, year=2011, volume=number, dpi=200, **fields)


def _unknown_page(path: Path, number: int) -> Path:
    """A list of a kind that no declared form has."""
    page = Image.new("RGB", (1650, 1170), (246, 242, 232))
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(PRINT, 26)
    draw.text((600, 40), f"DANH SÁCH CẤP GIẤY, TỜ {number}", font=font, fill=(40, 40, 40))
    for column, title in enumerate(("STT", "Người nhận", "Giấy cấp", "Ngày cấp", "Ký nhận")):
        left = 80 + 300 * column
        draw.text((left + 10, 120), title, font=font, fill=(40, 40, 40))
        for row in range(12):
            draw.rectangle((left, 110 + 80 * row, left + 300, 190 + 80 * row), outline=(50, 50, 50), width=3)
            if row:
                draw.text(
                    (left + 12, 130 + 80 * row), f"Thử {number}{row}{column}", font=font, fill=(30, 40, 120)
                )
    page.save(path, dpi=(150, 150))
    return path


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(1)
    raise RuntimeError(f"the office does not start: {log.read_text(errors='replace')[-2000:]}")
