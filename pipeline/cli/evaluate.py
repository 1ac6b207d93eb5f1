"""``hotich evaluate``: readings compared with the truth, with the ink of each misreading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import StorageError
from pipeline.cli.context import HERE, WorkersOption, WorkspaceOption
from pipeline.cli.run import show_drift
from pipeline.cli.screen import out, say, track_books
from pipeline.recognition.calibration.drift import drift_sentence
from pipeline.runs.book_evaluation import pages_per_minute, scored_book, write_evaluation
from pipeline.runs.book_reading import digitize_book
from pipeline.training.evaluation import (
    Evaluation,
    load_truth,
    pooled,
)
from pipeline.training.evaluation.console_tables import print_evaluation
from pipeline.training.evaluation.report import (
    kind_names,
)


def evaluate(
    books: Annotated[
        list[Path], typer.Argument(help="Thư mục của các sổ (mỗi sổ có ledger.toml và các bản quét).")
    ],
    truth: Annotated[
        Path | None, typer.Option("--truth", help="Đáp án; mặc định là truth.json trong thư mục sổ.")
    ] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Ghi mọi con số vào tệp JSON này.")] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", help="Thư mục để ghi báo cáo có biểu đồ và hình các chỗ sai (chứa dữ liệu cá nhân)."
        ),
    ] = None,
    work: WorkspaceOption = HERE,
    workers: WorkersOption = None,
) -> None:
    """So kết quả đọc các sổ với đáp án: đúng từng cột, từng kiểu; ô trống; tự động chấp nhận; độ tin cậy; tốc độ.

    Trang nào chưa đọc thì được đọc trước. Kết quả lấy từ sổ dữ liệu, trước mọi sửa chữa của người.
    """
    if truth and len(books) > 1:
        raise typer.BadParameter(
            "một đáp án chỉ dùng cho một sổ; nhiều sổ thì đặt truth.json trong thư mục của từng sổ.",
            param_hint="--truth",
        )
    context = work.run
    truths = [load_truth(truth or book / "truth.json") for book in books]
    with track_books("trang") as on_progress:
        runs = [
            digitize_book(book, context, workers=workers or work.settings.workers, on_progress=on_progress)
            for book in books
        ]
    scored = [
        scored_book(book, answers, run, context)
        for book, answers, run in zip(books, truths, runs, strict=True)
    ]
    figures = pooled([book.evaluation for book in scored], pages_per_minute=pages_per_minute(runs))
    if json_out:
        write_json(json_out, figures)
    print_evaluation(figures, out(), kind_names(work.schemas))
    alarms = {book: run.drift for book, run in zip(books, runs, strict=True) if run.drift is not None}
    show_drift(alarms, context.workspace)
    if report:
        warnings = tuple(f"{folder.name}: {drift_sentence(alarm)}" for folder, alarm in alarms.items())
        page = write_evaluation(report, figures, scored, warnings, context)
        say(f"Đã ghi báo cáo {page} (chứa dữ liệu cá nhân, xem xong hãy xóa).")


def write_json(path: Path, figures: Evaluation) -> None:
    """Write the figures. Raises ``StorageError``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(figures.as_dict(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError(f"Không ghi được {path}: {error.strerror}.") from None
