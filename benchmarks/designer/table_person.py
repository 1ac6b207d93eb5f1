"""A person who designs the form of a real register: sees one specimen and puts the proposed table right on it.

What is seen is the frame, the upright rules and the end of the heading (``SeenTable``); it is compared with what the
page shows of the design, and put right by mouse and keyboard where it is off by more than a person would leave.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.designer.person import Designer
from pipeline.form_design.flaws import held_fields

OFF = 0.004
"""How far, as a share of the frame's side, a rule may seem to lie off the print before a person moves it."""


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table on the picture of a specimen, as shares of the picture: sides and inner rules, frame, end of heading."""

    rules: tuple[float, ...]
    top: float
    body: float
    bottom: float


@dataclass
class TableDesigner(Designer):
    """The person; ``looked_at`` is the number of the specimen that is looked at, from 0."""

    looked_at: int = 0
    seen: ShownTable | None = field(default=None)

    def part_pages(self) -> None:
        """Say that each page of an open book has a table."""
        self._click(self.page.get_by_label("mỗi trang một bảng"))

    def correct(self, seen: ShownTable) -> None:
        """Put the frame, the columns and the heading right where they are off."""
        self.seen = seen
        self._leaf_to_specimen()
        self._correct_frame(seen)
        self._correct_columns(seen)
        self._correct_heading(seen)

    def _leaf_to_specimen(self) -> None:
        for _ in range(self.looked_at):
            self._press("PageDown")

    def _correct_frame(self, seen: ShownTable) -> None:
        self.effort.looks += 1
        left, top, right, bottom = self._frame()
        wanted = (seen.rules[0], seen.top, seen.rules[-1], seen.bottom)
        frame = (left, top, right, bottom)
        sides = right - left, bottom - top
        off = max(abs(a - b) / sides[n % 2] for n, (a, b) in enumerate(zip(frame, wanted, strict=True)))
        if off <= OFF:
            return
        self._zoom_out()
        self._draw_frame(wanted)
        for _ in range(4):
            self._press("+")

    def _correct_columns(self, seen: ShownTable) -> None:
        left, _, right, _ = self._frame()
        rules = [(x - left) / (right - left) for x in seen.rules[1:-1]]
        reach = 0.4 * float(min(np.diff([0.0, *rules, 1.0])))
        while (extra := self._extra(rules, reach)) is not None:
            self.effort.looks += 1
            self._choose(self._columns()[extra]["key"])
            self._press("Delete")
        for rule in rules:
            edges = self._edges()
            if min((abs(edge - rule) for edge in edges[1:-1]), default=1.0) < reach:
                continue
            self.effort.looks += 1
            at = next(n for n, (a, b) in enumerate(pairwise(edges)) if a < rule < b)
            self._choose(self._columns()[at]["key"])
            self._click(self.page.get_by_role("button", name="Tách đôi cột"))
            self._choose(self._columns()[at]["key"])
            self._drag_rule(at, rule)
        for at, rule in enumerate(rules):
            self.effort.looks += 1
            if abs(self._edges()[at + 1] - rule) > OFF / 2:
                self._choose(self._columns()[at]["key"])
                self._drag_rule(at, rule)

    def _correct_heading(self, seen: ShownTable) -> None:
        self.effort.looks += 1
        _, top, _, bottom = self._frame()
        body = (seen.body - top) / (bottom - top)
        table = self._state()["design"]["table"]
        self._choose(self._columns()[0]["key"])
        self._click(self.page.get_by_role("button", name="Dòng và bề cao của bảng…"))
        if table["ruled"]:
            self._click(self.page.get_by_label("Giữa các dòng có in đường kẻ"))
        for label, value, wanted in (
            ("Dòng đầu bắt đầu (phần khung)", table["top"], body),
            ("Dòng cuối hết", table["bottom"], 1.0),
        ):
            if abs(value - wanted) > OFF:
                self._fill(self.page.get_by_label(label), f"{wanted:.3f}".replace(".", ","))
                self.page.keyboard.press("Tab")

    def design(self) -> None:
        """Look at what else is proposed, then give each column its field."""
        super().design()
        assert self.wanted.table is not None
        for number, twin in enumerate(self.wanted.table.columns):
            self.effort.looks += 1
            column = self._columns()[number]
            if self._held(column) != held_fields(twin):
                self._choose(column["key"])
                self._press("f")
                self._type_field(held_fields(twin))

    # --- hands -------------------------------------------------------------------------------------------------------

    def _choose(self, key: str) -> None:
        self.effort.clicks += 1
        self._back(key)

    def _zoom_out(self) -> None:
        for _ in range(4):
            self._press("-")

    def _draw_frame(self, wanted: tuple[float, float, float, float]) -> None:
        self.page.locator("#window").focus()
        self._press("k")
        self.effort.clicks += 1
        place = self.page.locator("#overlay").bounding_box()
        assert place is not None
        mouse = self.page.mouse
        mouse.move(place["x"] + wanted[0] * place["width"], place["y"] + wanted[1] * place["height"])
        mouse.down()
        mouse.move(place["x"] + wanted[2] * place["width"], place["y"] + wanted[3] * place["height"], steps=3)
        mouse.up()

    def _drag_rule(self, at: int, rule: float) -> None:
        """Drag the right side of the chosen column."""
        self.effort.clicks += 1
        grip = self.page.locator('#overlay .chosen [data-grip="width"]')
        box = grip.bounding_box()
        frame = self.page.locator("#overlay .frame").bounding_box()
        assert box is not None
        assert frame is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        by = rule - self._edges()[at + 1]
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + by * frame["width"], y, steps=4)
        self.page.mouse.up()

    # --- what the person sees ----------------------------------------------------------------------------------------

    def _frame(self) -> tuple[float, float, float, float]:
        """Return the frame of the form as it lies on the picture, as shares of the picture."""
        frame = self.page.locator("#overlay .frame").bounding_box()
        place = self.page.locator("#overlay").bounding_box()
        assert frame is not None
        assert place is not None
        left = (frame["x"] - place["x"]) / place["width"]
        top = (frame["y"] - place["y"]) / place["height"]
        return left, top, left + frame["width"] / place["width"], top + frame["height"] / place["height"]

    def _columns(self) -> list[dict[str, Any]]:
        columns: list[dict[str, Any]] = self._state()["design"]["table"]["columns"]
        return columns

    def _edges(self) -> list[float]:
        return [0.0, *np.cumsum([column["width"] for column in self._columns()])]

    def _extra(self, rules: list[float], reach: float) -> int | None:
        """Return the number of a column whose right side has no rule of the page, or another column's."""
        sides = np.array(self._edges()[1:-1])
        if not len(sides):
            return None
        nearest = {int(np.abs(sides - rule).argmin()): rule for rule in rules}
        extra = (n for n, side in enumerate(sides) if n not in nearest or abs(side - nearest[n]) > reach)
        return next(extra, None)
