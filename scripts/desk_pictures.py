"""The pictures of the desk in the docs, of the books that ``make demo`` has read.

    python -m scripts.desk_pictures [--workspace demo] [--all FOLDER]

A copy of the workspace is served; nothing is changed in the workspace itself. ``--all`` also takes both pages light
and dark at 1440 and 1024 pixels of width, for whoever changes the desk and wants to see it.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from benchmarks.servers.chromium import headless_browser
from pipeline.base.stages import Stage
from pipeline.declarations import schema
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.scans.workspace import Workspace

WIDTH = 1100
"""Pixels of a picture in the docs."""

COLOURS = 128

SIZES = ((1440, 810), (1024, 768))

LOGIN = "anh-man-hinh"

PATIENCE = 300
"""Seconds that the server and each page get."""

TASK, COLUMN = "task", "column"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workspace", type=Path, default=Path("demo"))
    parser.add_argument("--docs", type=Path, default=Path("docs/images"))
    parser.add_argument("--all", type=Path, help="folder of the pictures in all sizes and colours")
    chosen = parser.parse_args()
    if not Workspace(chosen.workspace).root.is_dir():
        raise SystemExit(f"Chưa có {chosen.workspace}: chạy make demo trước.")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "workspace")
        shutil.copytree(chosen.workspace, copy)
        session, column = _signed_in(copy)
        with _served(copy) as url, headless_browser() as browser:
            pages = {"desk": (f"{url}/desk", TASK), "column": (f"{url}{column}", COLUMN)}
            for name, (address, kind) in pages.items():
                taken = _picture(browser, session, address, kind, SIZES[0], "light")
                _for_docs(taken, chosen.docs / f"{name}.png")
                if chosen.all:
                    _in_all(browser, session, address, kind, chosen.all / name)


def _in_all(browser: Browser, session: str, address: str, kind: str, start: Path) -> None:
    start.parent.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        for scheme in ("light", "dark"):
            taken = _picture(browser, session, address, kind, size, scheme)
            Path(f"{start}-{size[0]}-{scheme}.png").write_bytes(taken)


def _signed_in(workspace: Path) -> tuple[str, str]:
    """Return the session of a person who may check, and the address of the column with most waiting pictures."""
    with Registry.open(
        Workspace(workspace).registry_url, schema.load(), audit_key=Workspace(workspace).audit_key
    ) as registry:
        accounts = registry.accounts()
        first = accounts.create(LOGIN, "Người rà soát", Role.CHECKER, None)
        at_first = accounts.authenticate(LOGIN, first, "desk-pictures")
        session = accounts.change_password(at_first, first, secrets.token_urlsafe(16), "desk-pictures")
        person: Person = session.person
        desk = registry.desk(ReviewPolicy())
        columns = [
            (count.waiting, book.book_id, count.field)
            for book in desk.counts(person)
            if book.stage is Stage.REVIEW
            for count in desk.column_counts(person, book.book_id)
            if count.stage is Stage.REVIEW and count.field
        ]
        if not columns:
            raise SystemExit("Không có gì chờ người rà soát trong các sổ này.")
        _, book_id, field = max(columns)
        return session.token, f"/column?book={book_id}&field={field}&stage=review"


@contextmanager
def _served(workspace: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "serve",
        "--workspace",
        str(workspace),
        "--port",
        str(port),
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(port)
        yield url
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("Màn hình rà soát không mở được.")


def _picture(
    browser: Browser, session: str, address: str, kind: str, size: tuple[int, int], scheme: str
) -> bytes:
    """Return a page as PNG once every picture in sight is there."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    context.set_default_timeout(1000 * PATIENCE)
    context.add_cookies([{"name": "hotich", "value": session, "url": address}])
    page = context.new_page()
    page.goto(address)
    _wait_for_work(page, kind)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => [...document.images].every(image => image.complete)")
    taken = page.screenshot()
    context.close()
    return taken


def _wait_for_work(page: Page, kind: str) -> None:
    if kind == TASK:
        page.wait_for_function("() => performance.getEntriesByName('task-shown').length > 0")
    else:
        page.locator(".cell input").first.wait_for()


def _for_docs(taken: bytes, path: Path) -> None:
    with Image.open(BytesIO(taken)) as picture:
        height = round(picture.height * WIDTH / picture.width)
        small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
    small.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
