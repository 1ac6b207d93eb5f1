"""``hotich calibrate``: confidence of handwriting, calibrated on the decisions in this office's books."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipeline.base.errors import CalibrationError
from pipeline.base.text.numbers import format_percent, with_comma
from pipeline.cli.context import HERE, JsonOption, WorkspaceOption, account_name
from pipeline.cli.screen import out, print_json, say
from pipeline.recognition import calibration
from pipeline.recognition.calibration import RiskBound, Sample, fit_calibration, split_samples
from pipeline.registry.audit.recorded_files import FILE
from pipeline.runs.calibration_score import GROUPS, CalibrationScore, proves_less, score_calibration
from pipeline.runs.handwriting_calibration import checked_samples

LEAST_FIELDS = 400
LEAST_ENTRIES = 40
"""Handwritten fields and entries with decisions below which no calibration is fitted."""

OTHERS = (
    "{} sự kiện đã có người quyết định nhưng do bộ đọc khác bản đang cài đọc nên không được tính. Chạy hotich run với "
    "sổ ấy để máy đọc lại (quyết định của người vẫn giữ nguyên), rồi hiệu chuẩn."
)


def calibrate(
    books: Annotated[list[Path], typer.Argument(help="Thư mục của các sổ đã có người rà soát.")],
    work: WorkspaceOption = HERE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ tính và cho xem, không ghi gì.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Thay bản đang dùng cả khi bản mới nhận được ít nhóm ô hơn.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Hiệu chuẩn độ tin cậy của chữ viết tay theo những ô mà người đã quyết định trong các sổ này.

    Máy so lời đọc mới nhất của mình với quyết định của người. Một nửa số sự kiện dùng để tính, nửa kia để kiểm. Bản
    hiệu chuẩn mới nằm trong thư mục làm việc, bản cũ được giữ lại bên cạnh; lượt chạy sau đọc lại các trang theo bản
    mới.
    """
    context = work.run
    checked_books = [checked_samples(folder, context) for folder in books]
    samples = [sample for book in checked_books for sample in book.samples]
    others = sum(book.others for book in checked_books)
    _refuse_too_few(samples, others)
    reader = context.make_engines().hand_fingerprint
    routing = context.options.routing.for_reader(reader)
    before = routing.calibration
    fitted = fit_calibration(samples, reader=reader, before=before)
    held_out = split_samples(samples)[1]
    after = score_calibration(fitted, fitted, held_out, routing)
    earlier = score_calibration(before, fitted, held_out, routing) if before else None
    path = work.workspace.calibration
    poorer = earlier is not None and proves_less(after, earlier) and not replace
    write = not (dry_run or poorer)
    if write:
        digest = hashlib.sha256(calibration.format_calibration(fitted).encode()).hexdigest()
        with work.open_registry() as registry:
            detail: dict[str, str | int] = {"samples": len(samples), FILE: digest}
            registry.note_learning(account_name(), calibration.FITTED, calibration.SUBJECT, detail)
    backup = calibration.save(fitted, path) if write else None
    if as_json:
        document = {
            "samples": len(samples),
            "passed_over": others,
            "before": earlier,
            "after": after,
            "written": write,
            "kept": backup,
        }
        print_json(document)
        return
    _show(samples, earlier, after)
    if others:
        say(OTHERS.format(others))
    for line in _outcome(path, backup, dry_run=dry_run, poorer=poorer):
        say(line)


def _refuse_too_few(samples: Sequence[Sample], others: int) -> None:
    entries = len({sample.entry for sample in samples})
    if len(samples) >= LEAST_FIELDS and entries >= LEAST_ENTRIES:
        return
    raise CalibrationError(
        f"Mới có {len(samples)} ô viết tay của {entries} sự kiện vừa được máy đọc vừa có người quyết định; cần ít nhất "
        f"{LEAST_FIELDS} ô của {LEAST_ENTRIES} sự kiện để hiệu chuẩn. Hãy đọc các sổ này bằng hotich run, rà soát "
        "thêm, rồi chạy lại. Bản hiệu chuẩn đang dùng không thay đổi."
        + (f" {OTHERS.format(others)}" if others else "")
    )


def _show(samples: Sequence[Sample], before: CalibrationScore | None, after: CalibrationScore) -> None:
    screen = out()
    books = len({sample.book for sample in samples})
    say(
        f"{len(samples)} ô viết tay đã có người quyết định, của {books} sổ; các con số dưới đây tính trên nửa số sự "
        "kiện không dùng để tính bản mới."
    )
    table = Table(
        "Nhóm ô", "Bản", "Ô kiểm", "Nhận được", "Sai trong đó", "Ngưỡng", "Sai nhiều nhất", "Cho phép"
    )
    for group, name in GROUPS.items():
        for which, score in (("cũ", before), ("mới", after)):
            if score is not None:
                table.add_row(name, which, *_cells(score.bounds[group]))
    screen.print(table)
    for group, name in GROUPS.items():
        for line in _proof(name, after.bounds[group]):
            say(line)
    errors = Table("Kiểu giá trị", "ECE cũ", "ECE mới", title="Sai số độ tin cậy")
    for kind, error in after.errors.items():
        old = before.errors.get(kind) if before else None
        errors.add_row(kind or "tất cả", "–" if old is None else _share(old), _share(error))
    screen.print(errors)


def _outcome(path: Path, backup: Path | None, *, dry_run: bool, poorer: bool) -> Iterator[str]:
    """Yield the outcome of the calibration, and the next step."""
    if dry_run:
        yield "Chưa ghi gì (--dry-run)."
    elif poorer:
        yield (
            "Giữ bản đang dùng: các ô đã kiểm chưa cho thấy nó sai, còn bản mới chưa đủ chứng cứ để nhận ô nào của một "
            "nhóm. Hãy rà soát thêm rồi chạy lại, hoặc thêm --replace để thay ngay."
        )
    else:
        yield f"Đã ghi {path}." + (f" Bản cũ còn ở {backup}." if backup else "")
        yield "Chạy lại hotich run để các trang được xét theo bản hiệu chuẩn mới."


def _cells(bound: RiskBound) -> tuple[str, ...]:
    none = bound.threshold is None
    return (
        str(bound.fields),
        "0" if none else f"{bound.accepted} ({_share(bound.coverage)})",
        "–" if none else str(bound.wrong),
        "–" if bound.threshold is None else with_comma(f"{bound.threshold:.4f}"),
        "–" if none else _share(bound.upper),
        _share(bound.tolerated),
    )


def _proof(name: str, bound: RiskBound) -> Iterator[str]:
    """Yield the proof of an error bound on the present data."""
    certainty = f"{100 * (1 - bound.delta):.0f} %"
    if bound.threshold is not None:
        yield (
            f"Nhóm {name}: chắc {certainty} rằng trong các ô được nhận không quá {_share(bound.upper)} là sai "
            f"(thấy {bound.wrong} ô sai trong {bound.accepted} ô)."
        )
        return
    yield (
        f"Nhóm {name}: chưa đủ chứng cứ để bảo đảm không quá {_share(bound.tolerated)} sai, nên không ô viết tay nào "
        f"của nhóm này được nhận. Cần ít nhất {bound.needed} ô chắc chắn mà không ô nào sai trong nửa để kiểm."
    )


def _share(share: float) -> str:
    return format_percent(share, 2, space=" ")
