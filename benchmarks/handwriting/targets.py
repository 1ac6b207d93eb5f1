"""What is wanted of ``context-hand``, part by part. What was not measured has its rows too, with the reason: silence
would be taken for success."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.figures import percent
from benchmarks.handwriting.scores import WANTED, FieldFigures

PARTS = ("lines", "speed", "books", "glued", "pages")
"""The parts, in the order of measuring and printing."""

ECE_WANTED = 0.03

FEWEST_FOR_ECE = 50
"""A kind with fewer fields has no expected calibration error worth a target."""


@dataclass(frozen=True)
class Target:
    """A target: ``value`` at least (or, with ``most``, at most) ``wanted``.

    ``None`` is not measured or not judged; ``without`` gives the reason.
    """

    name: str
    value: float | None
    wanted: float
    most: bool = False
    unit: str = "%"
    without: str = "không đo"

    @property
    def met(self) -> bool | None:
        if self.value is None:
            return None
        return self.value <= self.wanted if self.most else self.value >= self.wanted

    @property
    def told(self) -> str:
        """Whether it is met, in words."""
        return {True: "đạt", False: "CHƯA ĐẠT", None: self.without}[self.met]

    def shown(self, value: float | None) -> str:
        if value is None:
            return "–"
        return percent(value) if self.unit == "%" else f"{value:.4g} {self.unit}".strip()


def line_targets(folder: str, free: float | None = None, place: float | None = None) -> Sequence[Target]:
    """Character errors of real lines, without words and with what is known of places."""
    return (
        Target(f"Lỗi ký tự, không từ điển ({folder})", free, 0.045, most=True),
        Target(f"Lỗi ký tự, có từ điển ({folder})", place, 0.035, most=True),
    )


def speed_targets(
    lines: float | None = None, seconds: float | None = None, memory: float | None = None
) -> Sequence[Target]:
    """The targets of speed: lines a second of a core, seconds to load the networks, MB."""
    return (
        Target("Dòng một giây, một nhân", lines, 25, unit="dòng/giây"),
        Target("Nạp mô hình", seconds, 1, most=True, unit="giây"),
        Target("Bộ nhớ cao nhất khi đọc dòng", memory, 500, most=True, unit="MB"),
    )


def book_targets(
    every: FieldFigures, even: FieldFigures, by_kind: Mapping[str, FieldFigures]
) -> Sequence[Target]:
    """``even``: of the same fields where the same share of errors is tolerated in critical ones too."""
    right = [
        Target(f"Đúng giá trị: {kind}", by_kind[kind].right, wanted)
        if kind in by_kind
        else Target(f"Đúng giá trị: {kind}", None, wanted, without="không đo (không có ô nào)")
        for kind, wanted in WANTED.items()
    ]
    errors = [_ece_target(kind, figures) for kind, figures in by_kind.items()]
    return (
        *right,
        *_accepted_targets(even.accepted_share, even.error, every.accepted_share, every.error),
        *errors,
    )


def pasted_targets(folder: str, cer: float | None = None) -> Sequence[Target]:
    """Character errors of real lines that are glued into forms."""
    return (Target(f"Lỗi ký tự, dòng thật dán vào mẫu ({folder})", cer, 0.1, most=True),)


def page_targets(a_minute: float | None = None) -> Sequence[Target]:
    return (Target("Trang một phút, 2 nhân", a_minute, 15, unit="trang/phút"),)


def all_targets(
    found: Mapping[str, Sequence[Target]], asked: Collection[str], *, lines: bool
) -> Iterator[Target]:
    """Every target, of what was measured (``found``: by part, ``part:folder`` where there is one a folder) and of what
    was not. ``asked``: the parts asked for; ``lines``: whether a folder of real lines was given."""
    for part in PARTS:
        measured = [
            target for name, targets in found.items() if name.partition(":")[0] == part for target in targets
        ]
        because = _because(part, asked, lines=lines)
        yield from measured or (
            replace(blank_target, without=f"không đo ({because})") for blank_target in _blank(part)
        )


def _because(part: str, asked: Collection[str], *, lines: bool) -> str:
    if part not in asked:
        return f"--part không có {part}"
    if part in ("lines", "glued") and not lines:
        return "cần LINES=…"
    return "chưa cài mô hình đọc chữ viết tay"


def _blank(part: str) -> Sequence[Target]:
    """The targets of a part that was not measured."""
    if part == "books":
        right = [Target(f"Đúng giá trị: {kind}", None, wanted) for kind, wanted in WANTED.items()]
        error = Target("ECE: từng kiểu", None, ECE_WANTED, most=True, unit="")
        return (*right, *_accepted_targets(None, None, None, None), error)
    blank = {
        "lines": line_targets("dòng thật"), "speed": speed_targets(), "glued": pasted_targets("dòng thật"),
        "pages": page_targets(),
    }  # fmt: skip
    return blank[part]


def _accepted_targets(
    even: float | None, even_error: float | None, every: float | None, every_error: float | None
) -> Sequence[Target]:
    return (
        Target("Nhận thẳng, cho sai 4 ‰ mọi ô", even, 0.6),
        Target("Sai trong số ấy", even_error, 0.004, most=True),
        Target("Nhận thẳng, ô quan trọng 1 ‰", every, 0.6),
        Target("Sai trong số ấy", every_error, 0.004, most=True),
    )


def _ece_target(kind: str, figures: FieldFigures) -> Target:
    name = f"ECE: {kind}"
    if figures.fields < FEWEST_FOR_ECE:
        few = f"không xét (chỉ {figures.fields} ô, cần ít nhất {FEWEST_FOR_ECE})"
        return Target(name, None, ECE_WANTED, most=True, unit="", without=few)
    return Target(name, figures.ece, ECE_WANTED, most=True, unit="")
