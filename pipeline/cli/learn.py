"""``hotich learn``: the office's own reader, trained on its decisions and compared with the reader in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from pipeline.base.errors import SetupError
from pipeline.base.text.numbers import format_percent
from pipeline.cli.context import HERE, ME, JsonOption, WorkspaceOption, account_name, by_option
from pipeline.cli.screen import out, plain, print_json, say, show
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
"""Reasons in Vietnamese why decisions were not used for training."""


def learn(
    minutes: Annotated[
        float, typer.Option("--minutes", min=0.1, help="Số phút CPU để học, cho mọi mạng.")
    ] = 60.0,
    pages: Annotated[
        int, typer.Option("--pages", min=0, help="Nhiều nhất bao nhiêu trang được đọc lại để hiệu chuẩn.")
    ] = 80,
    by: Annotated[str, by_option("Người cho học")] = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Dạy thêm bộ đọc theo các dòng người của cơ quan đã xác nhận, rồi so với bộ đọc đang dùng.

    Máy gom các dòng ấy, để riêng một phần không bao giờ đem dạy, học trong thời hạn đã cho bằng một luồng (chạy lại thì
    đi tiếp), rồi so bộ đọc mới với bộ đọc đang dùng trên phần để riêng. Không có gì được thay: bản qua được thì chờ
    người phụ trách xem và đồng ý ở trang Bộ đọc.
    """
    context = work.run
    try:
        version = learning_run.learn(
            context,
            work.settings.models,
            LearningOptions(minutes=minutes, pages=pages),
            f"hotich learn --minutes {minutes:g}",
            (lambda _: None) if as_json else out().print,
        )
    except ImportError as error:
        raise SetupError(
            f"Thiếu gói {error.name} để dạy thêm bộ đọc. Hãy cài: pip install 'hotich[train]'."
        ) from None
    proposal = read_proposal(version.folder)
    with work.open_registry() as registry:
        detail = {"lines": version.lines, "passed": int(proposal.verdict.passed)}
        registry.note_learning(by or account_name(), "reader-learnt", f"reader:{version.number}", detail)
    if as_json:
        print_json({"version": version.number, "state": version.state.value, **plain(proposal)})
        return
    for line in _summary(proposal):
        say(line)
    _show_groups(proposal.verdict)
    if proposal.verdict.passed:
        say(f"Bản {version.number} qua được. Người phụ trách xem và đồng ý ở trang Bộ đọc (hotich serve).")
        return
    say(f"Bản {version.number} không qua được; bộ đọc đang dùng không thay đổi. Lý do:")
    for objection in proposal.verdict.objections:
        say(f"– {objection_sentence(objection)}")


def _summary(proposal: ReaderProposal) -> Iterator[str]:
    yield (
        f"Học từ {proposal.lines} dòng của {proposal.books} quyển sổ; thử trên {proposal.frozen} dòng để riêng, trong "
        f"đó {proposal.changed} dòng đọc khác đi."
    )
    if proposal.left_out:
        reasons = ", ".join(f"{n} {LEFT_OUT.get(why, why)}" for why, n in sorted(proposal.left_out.items()))
        yield f"Quyết định không đem dạy: {reasons}."
    yield (
        "Hiệu chuẩn: tính lại trên các ô đã có người quyết định."
        if proposal.refitted
        else "Hiệu chuẩn: giữ bản đang dùng (chưa đủ ô để tính lại), đã thử lại trên phần để riêng."
    )


def _show_groups(verdict: GateVerdict) -> None:
    groups: list[tuple[str, ReaderComparison]] = [("tất cả", verdict.overall)]
    groups += [*verdict.by_writer.items(), *verdict.by_kind.items(), *verdict.by_form.items()]
    if verdict.elsewhere is not None:
        groups.append(("nét chữ khác (dòng vẽ)", verdict.elsewhere))
    show(
        groups,
        {
            "Nhóm": lambda group: group[0],
            "Dòng": lambda group: group[1].lines,
            "Chữ sai trước": lambda group: format_percent(group[1].before, 2, space=" "),
            "Chữ sai sau": lambda group: format_percent(group[1].after, 2, space=" "),
            "Giảm": lambda group: format_percent(group[1].gain, 0, space=" "),
            "Giảm ít nhất": lambda group: format_percent(group[1].low, 0, space=" "),
        },
    )
