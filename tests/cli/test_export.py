"""``hotich export`` as a user runs it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.base.errors import PackageRefused
from pipeline.base.model import FieldStatus
from pipeline.delivery.export.workbook import read_back
from pipeline.registry import Verdict
from tests.cli.conftest import Hotich
from tests.delivery.export.books import CLEAN, stored
from tests.delivery.export.rows import SCHEMAS

ONE = replace(CLEAN, entries=1, dpi=100, cover=False)
REFUSED = PackageRefused.exit_code


@pytest.mark.slow
def test_a_book_is_delivered_once_and_proven_and_one_that_waits_is_listed(
    hotich: Hotich, tmp_path: Path, workspace: Path
) -> None:
    book = stored(tmp_path, "death-2006", ONE)
    out = tmp_path / "out"
    told = hotich("export", "--book", "death-2006", "-o", out, "-j", 1, "--json")
    assert told.exit_code == 0, told.output
    (report,) = json.loads(told.stdout)["packages"]
    assert (report["entries"], report["refused"]) == (1, "")
    folder = Path(report["folder"])
    whole = hotich("export", "--verify", folder)
    assert (whole.exit_code, "chữ ký đúng" in whole.stdout) == (0, True)
    stored(tmp_path, "marriage-2006", ONE)
    (waiting,) = json.loads(hotich("delivery", "list", "marriage-2006", "--waiting", "--json").stdout)[
        "fields"
    ]
    said = hotich("delivery", "confirm", waiting["entry"], waiting["column"], "--alike", "--by", "an")
    assert "loaiDangKy của 1 việc" in said.output
    again = hotich("export", "--all", "-o", out, "-j", 1)
    assert again.exit_code == REFUSED
    assert "death-2006: KHÔNG xuất" in again.output
    assert "không bị ghi đè" in again.output
    assert len(list(out.iterdir())) == 2, "the other book is delivered all the same"
    with book.context.open_registry() as registry:
        (entry_id,) = registry.entries(book.book_id)
        registry.decide(entry_id, [Verdict("registered_on", FieldStatus.READ, "3/2013")], author="thu")
    refused = hotich("export", "-b", "death-2006", "-o", tmp_path / "other", "-j", 1)
    assert refused.exit_code == REFUSED
    assert "KHÔNG xuất" in refused.stdout
    assert "ngayDangKy" in refused.stdout
    assert "U2" in refused.stdout
    assert not (tmp_path / "other").exists()
    scans = hotich("export", "--masters", "--book", "death-2006", "-o", tmp_path / "goc", "--by", "an")
    assert scans.exit_code == 0, scans.output
    (masters,) = (tmp_path / "goc").iterdir()
    assert hotich("export", "--verify", masters).exit_code == 0
    listed = json.loads((masters / "manifest.json").read_text("utf-8"))["scans"]
    with zipfile.ZipFile(next(masters.glob("*.zip"))) as archive:
        kept = {name: sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert kept == {one["name"]: one["sha256"] for one in listed}
    assert hotich("volumes", out, "-o", tmp_path / "kl.xlsx", "--xlsx", "--by", "an").exit_code == 0
    coarse = json.loads(hotich("scans", "--book", "death-2006", "--json").stdout)["flaws"]
    assert any("dpi" in one["what"] for one in coarse), "it was drawn at 100 dpi"
    workbook = next(folder.glob("*.xlsx"))
    workbook.write_bytes(workbook.read_bytes() + b" ")
    changed = hotich("export", "--verify", folder)
    assert (changed.exit_code, workbook.name in changed.stdout) == (REFUSED, True)


@pytest.mark.slow
def test_a_corrected_book_goes_out_under_its_right_name_and_the_package_before_stays_proven(
    hotich: Hotich, tmp_path: Path, workspace: Path
) -> None:
    book = stored(tmp_path, "death-2006", ONE)
    out = tmp_path / "out"

    def package() -> Path:
        told = hotich("export", "--book", "death-2006", "-o", out, "-j", 1, "--json")
        assert told.exit_code == 0, told.output
        (report,) = json.loads(told.stdout)["packages"]
        return Path(report["folder"])

    before = package()
    year = book.ledger.year
    right = ("--volume", f"07/{year}", "--place-code", "31318", "--series", "đăng ký lại")
    done = hotich("book", "correct", book.book_id, *right, "--reason", "Gõ nhầm bìa", "--by", "an", "--apply")
    assert done.exit_code == 0, done.output
    after = package()
    assert next(after.glob("*.xlsx")).stem == f"31318-KT.{year}.07-DKL"
    assert before != after
    cells = next(iter(workbook_rows(next(after.glob("*.xlsx")))))
    assert cells["quyenSo"] == f"07/{year}"
    assert hotich("export", "--verify", before).exit_code == 0
    assert hotich("export", "--verify", after).exit_code == 0


def workbook_rows(path: Path) -> Iterator[dict[str, str]]:
    with read_back(path, SCHEMAS.exports["KT48"].sheet) as found:
        for row in found.rows():
            yield dict(row.cells)


def test_which_books_must_be_said_and_an_unknown_one_is_told(hotich: Hotich) -> None:
    assert hotich("export").exit_code == 2
    unknown = hotich("export", "--book", "khong-co")
    assert unknown.exit_code == 5
    assert "khong-co" in unknown.output
