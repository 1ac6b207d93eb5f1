"""``hotich calibrate``: how sure handwriting is read, learnt from what people decided on this office's books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipeline.base.errors import CalibrationError
from pipeline.base.text.numbers import format_percent, with_comma
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, print_json
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition import calibration
from pipeline.recognition.calibration import Calibration, RiskBound, Sample, fit_calibration, split_samples
from pipeline.runs.handwriting_calibration import checked_samples
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings
from pipeline.training.evaluation.confidence import calibration_error, judged_bins

LEAST_FIELDS = 400
LEAST_ENTRIES = 40
"""Handwritten fields and entries with a person's word below which nothing is fitted."""

OTHERS = (
    "{} sự kiện đã có người quyết định nhưng do bộ đọc khác bản đang cài đọc nên không được tính. Chạy hotich run với "
    "sổ ấy để máy đọc lại (quyết định của người vẫn giữ nguyên), rồi hiệu chuẩn."
)

GROUPS = {"critical": "quan trọng", "other": "khác"}


@dataclass(frozen=True)
class CalibrationScore:
    """What a calibration is worth on fields it was not fitted on.

    Attributes:
        bounds: The bound of the risk by group of fields.
        errors: The expected calibration error by kind of value, ``""`` for all kinds together.
    """

    bounds: dict[str, RiskBound]
    errors: dict[str, float]


def calibrate(
    books: Annotated[list[Path], typer.Argument(help="Thư mục của các sổ đã có người rà soát.")],
    workspace: WorkspaceOption = None,
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
    context = read_settings().run_context(workspace)
    checked = [checked_samples(folder, context) for folder in books]
    samples = [sample for one in checked for sample in one.samples]
    others = sum(one.others for one in checked)
    _refuse_too_few(samples, others)
    reader = context.make_engines().hand_fingerprint
    routing = context.options.routing.for_reader(reader)
    before = routing.calibration
    made = fit_calibration(samples, reader=reader, before=before)
    held = split_samples(samples)[1]
    after = score_calibration(made, made, held, routing)
    earlier = score_calibration(before, made, held, routing) if before else None
    path = Workspace(context.workspace).calibration
    poorer = earlier is not None and proves_less(after, earlier) and not replace
    write = not (dry_run or poorer)
    kept = calibration.save(made, path) if write else None
    if as_json:
        told = {
            "samples": len(samples),
            "passed_over": others,
            "before": earlier,
            "after": after,
            "written": write,
            "kept": kept,
        }
        print_json(told)
        return
    _show(samples, earlier, after)
    if others:
        out().print(OTHERS.format(others), markup=False)
    for line in _outcome(path, kept, dry_run=dry_run, poorer=poorer):
        out().print(line, markup=False)


def proves_less(after: CalibrationScore, before: CalibrationScore) -> bool:
    """Whether a group is no longer accepted at all though nothing speaks against accepting it as before."""
    return any(
        after.bounds[group].threshold is None and bound.threshold is not None and not bound.refuted
        for group, bound in before.bounds.items()
    )


def score_calibration(
    known: Calibration, made: Calibration, held: Sequence[Sample], routing: RoutingOptions
) -> CalibrationScore:
    """Return the worth of a known calibration on the fields that bounded a new one's risk.

    It is tried with its own thresholds.

    Args:
        known: The calibration in use.
        made: The new calibration.
        held: The samples that were held back from fitting.
        routing: The error rates that the office tolerates.
    """
    sure = known.chances_right([sample.features for sample in held])
    judged: dict[str, list[tuple[float, bool]]] = {"": []}
    for sample, chance in zip(held, sure, strict=True):
        for kind in ("", sample.features.kind.partition(":")[0]):
            judged.setdefault(kind, []).append((chance, sample.right))
    bounds = {}
    for group in GROUPS:
        critical = group == "critical"
        tolerated = routing.tolerated_critical if critical else routing.tolerated
        bound = known.bound(critical=critical, tolerated=tolerated, delta=routing.delta)
        bounds[group] = bound if known is made else _tried(bound, known, held, sure, critical=critical)
    errors = {kind: calibration_error(judged_bins(pairs)) for kind, pairs in judged.items()}
    return CalibrationScore(
        bounds, {kind: error for kind, error in sorted(errors.items()) if error is not None}
    )


def _tried(
    bound: RiskBound, known: Calibration, held: Sequence[Sample], sure: Sequence[float], *, critical: bool
) -> RiskBound:
    """The threshold of a bound as it would have done on these fields."""
    group = [(s, c) for s, c in zip(held, sure, strict=True) if s.critical is critical]
    taken = [
        s
        for s, c in group
        if s.features.eligible
        and known.knows(s.features.kind)
        and bound.threshold is not None
        and c >= bound.threshold
    ]
    wrong = sum(not sample.right for sample in taken)
    upper = calibration.upper_bound(len(taken), wrong, bound.delta)
    return RiskBound(bound.threshold, len(group), len(taken), wrong, upper, bound.tolerated, bound.delta)


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
    screen.print(
        f"{len(samples)} ô viết tay đã có người quyết định, của {books} sổ; các con số dưới đây tính trên nửa số sự "
        "kiện không dùng để tính bản mới.",
        markup=False,
    )
    table = Table(
        "Nhóm ô", "Bản", "Ô kiểm", "Nhận được", "Sai trong đó", "Ngưỡng", "Sai nhiều nhất", "Cho phép"
    )
    for group, name in GROUPS.items():
        for which, held in (("cũ", before), ("mới", after)):
            if held is not None:
                table.add_row(name, which, *_cells(held.bounds[group]))
    screen.print(table)
    for group, name in GROUPS.items():
        for line in _proof(name, after.bounds[group]):
            screen.print(line, markup=False)
    errors = Table("Kiểu giá trị", "ECE cũ", "ECE mới", title="Sai số độ tin cậy")
    for kind, error in after.errors.items():
        old = before.errors.get(kind) if before else None
        errors.add_row(kind or "tất cả", "–" if old is None else _share(old), _share(error))
    screen.print(errors)


def _outcome(path: Path, kept: Path | None, *, dry_run: bool, poorer: bool) -> Iterator[str]:
    """What was done with the new calibration, and what comes next."""
    if dry_run:
        yield "Chưa ghi gì (--dry-run)."
    elif poorer:
        yield (
            "Giữ bản đang dùng: các ô đã kiểm chưa cho thấy nó sai, còn bản mới chưa đủ chứng cứ để nhận ô nào của một "
            "nhóm. Hãy rà soát thêm rồi chạy lại, hoặc thêm --replace để thay ngay."
        )
    else:
        yield f"Đã ghi {path}." + (f" Bản cũ còn ở {kept}." if kept else "")
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
    """How sure the bound is with the data at hand."""
    sure = f"{100 * (1 - bound.delta):.0f} %"
    if bound.threshold is not None:
        yield (
            f"Nhóm {name}: chắc {sure} rằng trong các ô được nhận không quá {_share(bound.upper)} là sai "
            f"(thấy {bound.wrong} ô sai trong {bound.accepted} ô)."
        )
        return
    yield (
        f"Nhóm {name}: chưa đủ chứng cứ để bảo đảm không quá {_share(bound.tolerated)} sai, nên không ô viết tay nào "
        f"của nhóm này được nhận. Cần ít nhất {bound.needed} ô chắc chắn mà không ô nào sai trong nửa để kiểm."
    )


def _share(share: float) -> str:
    return format_percent(share, 2, space=" ")
