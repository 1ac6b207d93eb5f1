"""What a folder, a scan or a book is called cannot steer the terminal that shows it."""

from __future__ import annotations

import io
import json
import unicodedata
from pathlib import Path

import pytest
from rich.progress import Progress

from pipeline.cli import screen
from tests.cli.conftest import Hotich
from tests.fake_books import make_book
from tests.fake_pages import BREAK, GOOD, draw

pytestmark = pytest.mark.usefixtures("fake_reading")

NAME = "sổ\x1b]0;x\x07\x1b[31m\u202e\u200b\x9bJ\nhotich: xong [red]"
"""Sets a title, a colour and a direction, hides a letter, clears the screen, begins a line of its own."""
SHOWN = "sổ\\x1b]0;x\\x07\\x1b[31m\\u202e\\u200b\\x9bJ\\x0ahotich: xong [red]"


def steering(text: str) -> list[str]:
    kept = text.replace("\n", "").replace("\t", "")
    return [letter for letter in kept if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    folder = make_book(tmp_path / "books" / NAME)
    draw(folder / f"{NAME}.tiff", GOOD, BREAK)
    draw(folder / "twin.tiff", GOOD, BREAK)
    (folder / f"{NAME}.txt").write_text("ghi chú", encoding="utf-8")
    make_book(tmp_path / "books" / f"{NAME}-2", ledger="")
    return folder


COMMANDS = [
    ("run", "BOOKS", "--workers", 1),
    ("reread", "BOOK"),
    ("queue",),
    ("check",),
    ("report",),
    ("links",),
    ("export", "--all", "--output", "OUT"),
    ("queue", "--book", NAME),
    ("run", f"nowhere-{NAME}"),
]


def test_no_command_sends_a_name_to_the_terminal_as_it_is(
    hotich: Hotich, hostile: Path, tmp_path: Path
) -> None:
    places = {"BOOKS": hostile.parent, "BOOK": hostile, "OUT": tmp_path / "out"}
    for command in COMMANDS:
        told = hotich(*(places.get(str(word), word) for word in command))
        assert steering(told.stdout + told.stderr) == [], command
        assert not [line for line in told.output.splitlines() if line.startswith("hotich: xong")], command
        if command[0] == "run" and command[1] == "BOOKS":
            assert f"{SHOWN}: 2/2 trang" in told.stderr
            assert f"Không đọc được {SHOWN}/{SHOWN}.tiff, trang 2" in told.stdout


def test_json_says_the_name_and_steers_nothing(hotich: Hotich, hostile: Path) -> None:
    told = hotich("run", hostile.parent, "--workers", 1, "--json")
    assert steering(told.stdout) == []
    assert NAME in {report["folder"] for report in json.loads(told.stdout)["books"]}
    tasks = hotich("queue", "--json")
    assert steering(tasks.stdout) == []
    assert NAME in {task["book"] for task in json.loads(tasks.stdout)["tasks"]}


def test_a_bar_of_progress_shows_no_name_as_it_is() -> None:
    """On a terminal, where Rich itself sends commands: those of the name are not among them."""
    told = io.StringIO()
    console = screen.PrintableConsole(
        file=told, force_terminal=True, color_system=None, width=200, highlight=False
    )
    with Progress(*screen.COLUMNS, console=console) as bars:
        bars.add_task(screen.name_cell(NAME), total=3)
        bars.add_task(NAME.replace("\n", " "), total=3)
        bars.refresh()
    assert SHOWN in told.getvalue()
    for command in ("\x1b]0;x", "\x07", "\x1b[31m", "\u202e", "\u200b", "\x9b"):
        assert command not in told.getvalue()


def test_colours_and_lines_of_the_program_itself_stay() -> None:
    told = io.StringIO()
    console = screen.PrintableConsole(file=told, force_terminal=True, color_system="standard", width=40)
    console.print("[red]đỏ[/]\nhai\tba", highlight=False)
    assert told.getvalue().startswith("\x1b[31mđỏ\x1b[0m\nhai")
