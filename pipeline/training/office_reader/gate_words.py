"""The gate's reasons to refuse a new reader as sentences for supervisors."""

from __future__ import annotations

from pipeline.base.text.numbers import format_percent
from pipeline.training.office_reader.gate import Objection, Refusal
from pipeline.training.office_reader.versions import VersionState

STATE_LABELS = {
    VersionState.PROPOSED: "chờ đồng ý",
    VersionState.REFUSED: "không qua được",
    VersionState.DECLINED: "không dùng",
    VersionState.IN_USE: "đang dùng",
    VersionState.EARLIER: "đã dùng trước đây",
}
"""The states of a version in words."""

GROUPS = {"critical": "ô quan trọng", "other": "ô khác"}


def objection_sentence(objection: Objection) -> str:
    """Return a reason to refuse as a sentence with its figures."""
    return _SENTENCES[objection.why].format(
        group=GROUPS.get(objection.group, objection.group),
        writer=writer_label(objection.group),
        before=_percent(objection.before),
        after=_percent(objection.after),
        fewest=f"{objection.before:g}",
        found=f"{objection.after:g}",
    )


def writer_label(writer: str) -> str:
    """Return the label of a writer: the number of the book.

    Args:
        writer: See ``ScoredLine.writer``.
    """
    return f"sổ số {writer.removeprefix('book-')}" if writer.startswith("book-") else writer


_SENTENCES = {
    Refusal.FEW_LINES: "Chỉ có {found} dòng để thử, cần ít nhất {fewest}.",
    Refusal.FEW_WRITERS: "Các dòng để thử chỉ của {found} quyển sổ, cần ít nhất {fewest}.",
    Refusal.ONE_WRITER: "{after} số dòng đem dạy là của {writer}, nhiều nhất được {before}: bộ đọc của cơ quan phải "
    "học từ nhiều người viết.",
    Refusal.NOT_BETTER: "Chưa chắc tốt hơn: chữ sai {before} trước, {after} sau.",
    Refusal.WORSE_KIND: "Kiểu giá trị “{group}” đọc kém đi: chữ sai {before} trước, {after} sau.",
    Refusal.WORSE_FORM: "Mẫu sổ “{group}” đọc kém đi: chữ sai {before} trước, {after} sau.",
    Refusal.WORSE_WRITER: "Chữ viết của {writer} đọc kém đi hơn 5 %: chữ sai {before} trước, {after} sau.",
    Refusal.WORSE_ELSEWHERE: "Nét chữ khác (dòng vẽ) đọc kém đi hơn 5 %: chữ sai {before} trước, {after} sau.",
    Refusal.NOT_CALIBRATED: "Không có hiệu chuẩn cho nhóm {group}.",
    Refusal.LESS_ACCEPTED: "Nhóm {group}: máy tự nhận được ít hơn hẳn, {fewest} ô trước, {found} ô sau.",
    Refusal.MORE_WRONG: "Nhóm {group}: trong các ô máy tự nhận có {after} sai, cho phép {before}.",
}


def _percent(share: float) -> str:
    return format_percent(share, 2, space=" ")
