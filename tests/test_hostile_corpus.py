"""The corpus of hostile small files: each of them is a named error, shortly told, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import HotichError, LedgerError, ReconcileError, StorageError
from pipeline.declarations.ledger import load_ledger
from pipeline.delivery.reconcile import open_workbook
from pipeline.scans.inbox.manifest import read_manifest
from pipeline.scans.inbox.separator_sheet import separator_sheet_on
from scripts.make_hostile_corpus import files

CORPUS = sorted((Path(__file__).parent / "data" / "hostile").iterdir())


def parse(path: Path, scratch: Path) -> None:
    if path.suffix == ".ledger":
        (scratch / "ledger.toml").write_bytes(path.read_bytes())
        load_ledger(scratch)
    elif path.suffix == ".code":
        separator_sheet_on([path.read_bytes().decode("utf-8", "surrogatepass")])
    elif path.suffix == ".manifest":
        read_manifest(path)
    else:
        with open_workbook(path) as book:
            for sheet in book.sheets:
                list(book.rows(sheet))


ERRORS: dict[str, type[HotichError]] = {
    ".ledger": LedgerError,
    ".code": LedgerError,
    ".manifest": StorageError,
    ".xlsx": ReconcileError,
}


@pytest.mark.parametrize("path", CORPUS, ids=[path.name for path in CORPUS])
def test_a_hostile_file_is_a_named_error(path: Path, tmp_path: Path) -> None:
    with pytest.raises(ERRORS[path.suffix]) as caught:
        parse(path, tmp_path)
    assert len(caught.value.message) < 600
    assert caught.value.message.isprintable()


def test_the_corpus_is_what_its_maker_writes() -> None:
    assert {path.name for path in CORPUS} == {name for name, _ in files()}
