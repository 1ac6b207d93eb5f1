"""A registry with births that are looked for, and who looks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.model import Box, FieldReading
from pipeline.registry import Registry
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read

BOX = Box(10, 10, 60, 40)
FAR_SCAN = "f" * 64


def inked(field: str, text: str, *, accepted: bool = True) -> FieldReading:
    """A field that was read in a place of the page."""
    return replace(read(field, text, accepted=accepted), box=BOX)


def fill(registry: Registry) -> None:
    """Seven births of one place and one of another place; the names are nobody's."""
    book = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book, SCAN, "scan.pdf", 1000, 10)
    people = (
        ("01/2010", "Nguyễn Văn Ân", "Trần Thị Hoa", "05.03.2010"),
        ("02/2010", "Nguyễn Văn An", "Lê Thị Đào", "06.03.2010"),
        ("03/2010", "Nguyen Van An", "Lê Thị Bưởi", "07.03.2010"),
        ("04/2010", "An Văn Nguyễn", "Lê Thị Cam", "08.03.2010"),
        ("05/2010", "Nguyễn Văn Ao", "Lê Thị Quýt", "09.03.2010"),
        ("06/2010", "Nguyễn Văn Bình An", "Lê Thị Mận", "10.03.2010"),
        ("07/2010", "Phạm Thị Khác", "Lê Thị Lê", "11.03.2010"),
    )
    registry.save_page(
        book,
        page(
            *(
                entry(
                    inked("entry_number", number),
                    inked("child_name", child),
                    read("mother_name", mother),
                    read("registered_on", day),
                    read("child_born_on", "01.01.2009"),
                    read("mother_paper_number", f"3210{row}5678"),
                    read("notes", "Đã cấp trích lục" if row == 0 else ""),
                    read("child_native_place", "Ấp Đông Hòa"),
                    row=row,
                )
                for row, (number, child, mother, day) in enumerate(people)
            )
        ),
        "f1",
    )
    far = registry.book_id(
        replace(LEDGER, place_code="11111", place="Xã Nơi Khác", volume="03/2012"), "KS.2012.03"
    )
    registry.store_scan(far, FAR_SCAN, "far.pdf", 1000, 1)
    words = (
        read("entry_number", "09/2012"),
        inked("child_name", "Nguyễn Văn An"),
        read("registered_on", "01.02.2012"),
    )
    registry.save_page(far, page(entry(*words), scan=FAR_SCAN), "f1")


@pytest.fixture
def births(sqlite_url: str) -> Iterator[Registry]:
    """A registry of one file with births, to be changed."""
    with Registry.open(sqlite_url, SCHEMAS) as opened:
        fill(opened)
        yield opened


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Registry]:
    """The same on each kind of database, to be looked at."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            path = tmp_path_factory.mktemp("shelf") / "registry.db"
            shutil.copyfile(sqlite_template, path)
            url = f"sqlite:///{path}"
        else:
            cluster = request.getfixturevalue("postgresql_cluster")
            url = cluster.url(stack.enter_context(cluster.database()))
        opened = stack.enter_context(Registry.open(url, SCHEMAS))
        fill(opened)
        yield opened


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Registry]:
    """A registry of one file without entries, for what is refused before anything is looked up."""
    path = tmp_path_factory.mktemp("quiet") / "registry.db"
    shutil.copyfile(sqlite_template, path)
    with Registry.open(f"sqlite:///{path}", SCHEMAS) as opened:
        yield opened
