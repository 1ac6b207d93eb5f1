"""The stages of a review task, and their Vietnamese labels on every screen and in every report."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    """The stage of a review task, or of one field of it.

    Attributes:
        REVIEW: Nobody has keyed it yet (a task: one of its fields).
        CHECK: A first keyed value waits for another person's.
        THIRD: Two keyed values differ; a third person decides.
        SUPERVISOR: A person asked the supervisor a question, or what waits is about a book as a whole.
        RESCAN: The page must be scanned again.
        SETTLED: Nothing is left to do.
        WITHDRAWN: What it is about was withdrawn.
    """

    REVIEW = "review"
    CHECK = "check"
    THIRD = "third"
    SUPERVISOR = "supervisor"
    RESCAN = "rescan"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


STAGE_LABELS: Mapping[Stage, str] = {
    Stage.REVIEW: "Rà soát",
    Stage.CHECK: "Kiểm tra",
    Stage.THIRD: "Phân xử",
    Stage.SUPERVISOR: "Chờ người phụ trách",
    Stage.RESCAN: "Chờ quét lại",
    Stage.SETTLED: "Xong",
    Stage.WITHDRAWN: "Đã thu hồi",
}
