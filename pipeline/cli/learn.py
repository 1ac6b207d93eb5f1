"""``hotich learn``: the office's own reader, taught by what people decided, held against the one in use."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.table import Table

from pipeline.base.errors import SetupError
from pipeline.base.text.numbers import format_percent
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.settings import read_settings
from pipeline.training.office_reader import learning_run
from pipeline.training.office_reader.gate import GateVerdict, ReaderComparison
from pipeline.training.office_reader.gate_words import objection_sentence
from pipeline.training.office_reader.learning_run import LearningOptions
from pipeline.training.office_reader.reader_proposal import ReaderProposal, read_proposal

LEFT_OUT = {
    "other-state": "không có chữ (trống, không đọc được)",
    "no-ink": "không có chữ viết tay riêng",
    "typed": "nhập tay, máy không thấy trên trang",
    "ditto": "ghi “như trên”",
    "shared-blank": "chung chỗ trống với ô khác",
    "struck": "có chỗ gạch bỏ",
    "amended": "đã cải chính, bổ sung",
    "waiting": "đang chờ người xem lại",
    "no-scan": "bản quét không mở được",
    "cut-short": "chữ có thể bị cắt thiếu",
    "unsure-split": "không chắc chữ nào ở dòng nào",
    "no-fit": "chữ không khớp ảnh chữ viết",
}
"""Why decisions taught nothing, in words."""


def learn(
    minutes: Annotated[
        float, typer.Option("--minutes", min=0.1, help="Số phút CPU để học, cho mọi mạng.")
    ] = 60.0,
    pages: Annotated[
        int, typer.Option("--pages", min=0, help="Nhiều nhất bao nhiêu trang được đọc lại để hiệu chuẩn.")
    ] = 80,
    by: Annotated[
        str | None, typer.Option("--by", help="Người cho học [tên tài khoản của máy đang dùng].")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Dạy thêm bộ đọc theo các dòng người của cơ quan đã xác nhận, rồi so với bộ đọc đang dùng.

    Máy gom các dòng ấy, để riêng một phần không bao giờ đem dạy, học trong thời hạn đã cho bằng một luồng (chạy lại thì
    đi tiếp), rồi so bộ đọc mới với bộ đọc đang dùng trên phần để riêng. Không có gì được thay: bản qua được thì chờ
    người phụ trách xem và đồng ý ở trang Bộ đọc.
    """
    settings = read_settings()
    context = settings.run_context(workspace)
    try:
        version = learning_run.learn(
            context,
            settings.models,
            LearningOptions(minutes=minutes, pages=pages),
            f"hotich learn --minutes {minutes:g}",
            (lambda _: None) if as_json else out().print,
        )
    except ImportError as error:
        raise SetupError(
            f"Thiếu gói {error.name} để dạy thêm bộ đọc. Hãy cài: pip install 'hotich[train]'."
        ) from None
    proposal = read_proposal(version.folder)
    with context.open_registry() as registry:
        told = {"lines": version.lines, "passed": int(proposal.verdict.passed)}
        registry.note_learning(by or getpass.getuser(), "reader-learnt", f"reader:{version.number}", told)
    if as_json:
        print_json({"version": version.number, "state": version.state.value, **plain(proposal)})
        return
    for line in _told(proposal):
        out().print(line, markup=False)
    out().print(_table(proposal.verdict))
    if proposal.verdict.passed:
        out().print(
            f"Bản {version.number} qua được. Người phụ trách xem và đồng ý ở trang Bộ đọc (hotich serve).",
            markup=False,
        )
        return
    out().print(f"Bản {version.number} không qua được; bộ đọc đang dùng không thay đổi. Lý do:", markup=False)
    for objection in proposal.verdict.objections:
        out().print(f"– {objection_sentence(objection)}", markup=False)


def _told(proposal: ReaderProposal) -> Iterator[str]:
    yield (
        f"Học từ {proposal.lines} dòng của {proposal.books} quyển sổ; thử trên {proposal.frozen} dòng để riêng, trong "
        f"đó {proposal.changed} dòng đọc khác đi."
    )
    if proposal.left_out:
        told = ", ".join(
            f"{count} {LEFT_OUT.get(why, why)}" for why, count in sorted(proposal.left_out.items())
        )
        yield f"Quyết định không đem dạy: {told}."
    yield (
        "Hiệu chuẩn: tính lại trên các ô đã có người quyết định."
        if proposal.refitted
        else "Hiệu chuẩn: giữ bản đang dùng (chưa đủ ô để tính lại), đã thử lại trên phần để riêng."
    )


def _table(verdict: GateVerdict) -> Table:
    table = Table("Nhóm", "Dòng", "Chữ sai trước", "Chữ sai sau", "Giảm", "Giảm ít nhất")
    groups: list[tuple[str, ReaderComparison]] = [("tất cả", verdict.overall)]
    groups += [*verdict.by_writer.items(), *verdict.by_kind.items(), *verdict.by_form.items()]
    if verdict.elsewhere is not None:
        groups.append(("nét chữ khác (dòng vẽ)", verdict.elsewhere))
    for name, one in groups:
        table.add_row(
            name,
            str(one.lines),
            *(format_percent(share, 2, space=" ") for share in (one.before, one.after)),
            format_percent(one.gain, 0, space=" "),
            format_percent(one.low, 0, space=" "),
        )
    return table
