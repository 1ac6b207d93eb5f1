"""``hotich evaluate``: a book's readings in the registry scored against its truth."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

import pipeline
from pipeline.batch import digitize_book
from pipeline.cli.run import page_progress
from pipeline.cli.screen import WorkersOption, WorkspaceOption, out
from pipeline.errors import ScanError, StorageError
from pipeline.evaluation import Evaluation, load_truth, prediction_of
from pipeline.evaluation import evaluate as scored
from pipeline.evaluation.table import print_evaluation
from pipeline.intake import page_count_isolated, scans_of
from pipeline.ledger import load_ledger
from pipeline.model import EntryResult, PageKind, PageRef, PageResult, Quality
from pipeline.registry import Registry, StoredEntry
from pipeline.settings import read_settings
from pipeline.workbench import Workbench


def evaluate(
    book: Annotated[Path, typer.Argument(help="Thư mục của một sổ (có ledger.toml và các bản quét).")],
    truth: Annotated[
        Path | None, typer.Option("--truth", help="Đáp án; mặc định là truth.json trong thư mục sổ.")
    ] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Ghi mọi con số vào tệp JSON này.")] = None,
    workspace: WorkspaceOption = None,
    workers: WorkersOption = None,
) -> None:
    """So kết quả đọc của một sổ với đáp án: đúng từng cột, từng kiểu; ô trống; nhận thẳng; độ tin cậy; tốc độ.

    Trang nào chưa đọc thì được đọc trước. Kết quả lấy từ sổ dữ liệu, trước mọi sửa chữa của người.
    """
    settings = read_settings()
    bench = settings.workbench(workspace)
    known = load_truth(truth or book / "truth.json")
    ledger = load_ledger(book)
    record = bench.schemas.record(bench.schemas.form(ledger.form).record)
    with page_progress() as on_progress:
        report = digitize_book(book, bench, workers=workers or settings.workers, on_progress=on_progress)
    pages = stored_pages(book, bench)
    figures = scored(
        known,
        prediction_of(pages, record, ledger.year),
        record,
        pages_per_minute=report.pages_a_minute or None,
        versions=versions(bench, ledger.form),
    )
    if json_out:
        write_json(json_out, figures)
    print_evaluation(figures, {spec.column: spec.label for spec in record.fields}, out())


def versions(bench: Workbench, form: str) -> Mapping[str, str]:
    """What read the book, part by part; one of them differs whenever the figures may."""
    return {
        "hotich": pipeline.__version__,
        "models": bench.make_engines().fingerprint,
        "rules": bench.schemas.fingerprint,
        "options": bench.options.fingerprint,
        "form": f"{form} {bench.schemas.form(form).fingerprint}",
    }


def stored_pages(book: Path, bench: Workbench) -> list[PageResult | None]:
    """The latest machine readings of each page of the book's scans, in the order of the scans; ``None`` for a page the
    registry has nothing of. Only ``entries`` of a result speak; the rest is not kept by the registry."""
    ledger = load_ledger(book)
    with Registry.open(bench.registry_url, bench.schemas) as registry:
        book_id = registry.book_id(ledger, book.name)
        stored = [registry.entry(entry_id) for entry_id in registry.entries(book_id)]
    by_page: dict[PageRef, list[StoredEntry]] = {}
    for entry in stored:
        by_page.setdefault(entry.ref, []).append(entry)
    return [
        _result(ref, by_page[ref], ledger.form) if ref in by_page else None for ref in page_refs(book, bench)
    ]


def page_refs(book: Path, bench: Workbench) -> list[PageRef]:
    """All pages of the book in order, each scan once; a scan that cannot be counted has none."""
    refs: dict[PageRef, None] = {}
    for scan in scans_of(book, bench.limits):
        try:
            pages = page_count_isolated(scan, bench.limits)
        except ScanError:
            continue
        refs |= {PageRef(scan.sha256, number): None for number in range(1, pages + 1)}
    return list(refs)


def _result(ref: PageRef, stored: Sequence[StoredEntry], form: str) -> PageResult:
    entries = tuple(EntryResult(entry.row, entry.readings, entry.findings) for entry in stored)
    unknown = Quality(0.0, 0.0, 0.0, 0.0)
    empty = PageResult(ref, PageKind.ENTRIES, form, (0, 0), np.eye(3), 0, 0.0, unknown, None, (), (), (), {})
    return replace(empty, entries=entries)


def write_json(path: Path, figures: Evaluation) -> None:
    """Write the figures; raises ``StorageError``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(figures.as_dict(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(f"Không ghi được {path}: {error.strerror}.") from None
