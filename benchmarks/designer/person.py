"""A person who designs a form in the browser: knows the paper, looks at every proposal, and counts what the hands do.

The person sees what is printed and what each blank is for (``truth``), and goes from one proposal to the next: confirms
what is right, binds blanks to fields by a few letters of their names, deletes what is no print, draws what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from rapidfuzz.distance import Levenshtein

from benchmarks.desk.keystroke_model import KEY, MENTAL
from pipeline.base.text.telex import telex_keys
from pipeline.base.text.tones import unaccented
from pipeline.declarations.schema import Form, RecordSpec
from pipeline.form_design.design import Design, DesignedArea, DesignedCell, DesignedCheckBox, design_of_form
from pipeline.form_design.flaws import held_fields
from pipeline.layout.locate.label_matching import fold_label

POINT = 1.1
"""P: seconds of pointing with the mouse, Card et al., table 1."""

NEAR_U, NEAR_V = 0.02, 0.008
"""How far a proposal may lie from what it stands for."""

WORK_MS = 900_000


@dataclass
class Effort:
    """What the hands did.

    Attributes:
        clicks: Clicks and drags.
        keys: Keystrokes, of texts as Telex types them.
    """

    clicks: int = 0
    keys: int = 0
    looks: int = 0

    @property
    def seconds(self) -> float:
        """What it takes by the keystroke-level model, without the machine's own time."""
        return self.keys * KEY + self.clicks * (POINT + KEY) + self.looks * MENTAL


@dataclass
class Designer:
    """The person at a screen."""

    page: Page
    truth: Form
    record: RecordSpec
    effort: Effort = field(default_factory=Effort)

    def __post_init__(self) -> None:
        self.wanted = design_of_form(self.truth)
        self.names = [(spec.name, unaccented(spec.label)) for spec in self.record.fields]

    def begin(self, url: str, title: str) -> None:
        """Begin a draft of the form."""
        page = self.page
        page.goto(f"{url}/forms")
        self._select(page.get_by_label("Loại sự kiện"), self.truth.record)
        if self.truth.layout == "table":
            self._select(page.get_by_label("Cách ghi"), "table")
        for label, text in (
            ("Tên mẫu", title),
            ("Sổ mở từ năm", str(self.truth.years[0])),
            ("đến năm", str(self.truth.years[1])),
        ):
            self._fill(page.get_by_label(label), text)
        self._click(page.get_by_role("button", name="Bắt đầu"))
        expect(page.locator("#designer")).to_be_visible()

    def send(self, files: list[Path]) -> None:
        """Send the specimens and wait for what the machine proposes."""
        self.effort.clicks += 2
        expect(self.page.locator("#files")).to_be_enabled()
        self.page.set_input_files("#files", [str(file) for file in files])
        expect(self.page.locator("#job")).to_contain_text("Từ ", timeout=WORK_MS)

    def design(self) -> None:
        """Look at every proposal, then draw what is missing."""
        self._click(self.page.locator('[data-do="next-unseen"]'))
        for _ in range(400):
            key = self._chosen()
            if key is None or not self._element(key).get("proposed"):
                break
            self.effort.looks += 1
            self._judge(self._element(key))
        self._draw_missing()
        self._bind_left()

    def save(self, url: str) -> None:
        """Save the form as the office's own."""
        self._click(self.page.locator("#compared"))
        self._click(self.page.locator('[data-do="save"]'))
        self.page.wait_for_url(f"{url}/forms?saved=*")

    def flaws(self) -> list[str]:
        """What the page says is still wrong."""
        return [flaw["message"] for flaw in self._state()["flaws"]]

    # --- one proposal ------------------------------------------------------------------------------------------------

    def _judge(self, element: dict[str, Any]) -> None:
        if "width" in element:
            return self._judge_column(element)
        if "box" in element:
            return self._judge_box(element)
        twin = self._twin_of(element)
        if twin is None:
            return self._press("Delete")
        if (
            twin.label
            and Levenshtein.normalized_similarity(fold_label(element["label"]), fold_label(twin.label)) < 0.8
        ):
            self._fill(self.page.get_by_label("Chữ in", exact=True), twin.label)
            self.page.keyboard.press("Tab")
            self._back(element["key"])
        if (
            twin.from_ is not None
            and element["from"] is not None
            and self._held(element) != held_fields(twin)
        ):
            self._bind(twin, element)
        if twin.part and self._element(element["key"])["part"] != twin.part:
            self._select(self.page.get_by_label("Chỗ trống ghi"), twin.part)
            self._back(element["key"])
        return self._press("Enter")

    def _judge_box(self, element: dict[str, Any]) -> None:
        twins: tuple[DesignedArea | DesignedCheckBox, ...] = (*self.wanted.areas, *self.wanted.checkboxes)
        left, top, right, bottom = element["box"]
        twin = next(
            (
                twin
                for twin in twins
                if twin.box[0] < (left + right) / 2 < twin.box[2]
                and twin.box[1] < (top + bottom) / 2 < twin.box[3]
            ),
            None,
        )
        if twin is None or ("coded" in element) != isinstance(twin, DesignedCheckBox):
            return self._press("Delete")
        wanted = held_fields(twin)
        others = [box for box in self._design().elements() if box.key != element["key"]]
        is_held = any(held_fields(other) == wanted for other in others)
        if wanted and is_held and isinstance(twin, DesignedArea):
            return self._press("Delete")
        if element.get("signature") and wanted:
            self._select(self.page.get_by_label("Khoảng này"), "")
        if wanted and self._held(element) != wanted:
            self._find_field(wanted[0])
        if isinstance(twin, DesignedCheckBox) and twin.field:
            if element["value"] != twin.value:
                self._fill(self.page.get_by_label("Giá trị ấy"), twin.value)
                self.page.keyboard.press("Tab")
            if not twin.coded and self._element(element["key"])["coded"]:
                self._click(self.page.get_by_label("Danh mục của Bộ chưa có mã"))
        self._back(element["key"])
        return self._press("Enter")

    def _judge_column(self, element: dict[str, Any]) -> None:
        design = self._design()
        assert design.table is not None
        left = 0.0
        for column in design.table.columns:
            if column.key == element["key"]:
                break
            left += column.width
        middle, at = left + element["width"] / 2, 0.0
        wanted: tuple[str, ...] = ()
        for column in self.wanted.table.columns if self.wanted.table else ():
            if at <= middle <= at + column.width:
                wanted = held_fields(column)
            at += column.width
        if wanted and self._held(element) != wanted:
            self._press("f")
            self._type_field(wanted)
        return self._press("Enter")

    def _twin_of(self, element: dict[str, Any]) -> DesignedCell | None:
        """What on the paper a proposed cell stands for."""
        if element["from"] is not None:
            blanks = [
                cell
                for cell in self.wanted.cells
                if cell.from_ is not None and abs(cell.at - element["at"]) < NEAR_V
            ]
            return next(
                (blank for blank in blanks if abs((blank.from_ or 0) - element["from"]) < NEAR_U), None
            )
        texts = [
            blank
            for blank in self._printed()
            if abs(blank[1] - element["start"]) < NEAR_U and abs(blank[2] - element["at"]) < NEAR_V
        ]
        return next((text[0] for text in texts), None)

    def _printed(self) -> Iterator[tuple[DesignedCell, float, float]]:
        for cell in self.wanted.cells:
            if cell.label:
                yield cell, cell.start or 0.0, cell.at
        others: tuple[DesignedArea | DesignedCheckBox, ...] = (*self.wanted.areas, *self.wanted.checkboxes)
        for other in others:
            if other.label:
                heading = {"key": "x", "at": other.at[1], "label": other.label, "start": other.at[0]}
                yield DesignedCell.model_validate(heading), other.at[0], other.at[1]

    # --- binding -----------------------------------------------------------------------------------------------------

    def _bind(self, twin: DesignedCell, element: dict[str, Any]) -> None:
        wanted = held_fields(twin)
        before = [blank for blank in self._order() if blank["from"] is not None]
        at = next(n for n, blank in enumerate(before) if blank["key"] == element["key"])
        above = next((blank for blank in reversed(before[:at]) if self._held(blank)), None)
        if not twin.label and above is not None and self._held(above) == wanted:
            return self._press("t")
        if not wanted:
            return None
        self._press("f")
        return self._type_field(wanted)

    def _find_field(self, name: str) -> None:
        self._click(self.page.locator("#field"))
        self._type_field((name,))

    def _type_field(self, wanted: tuple[str, ...]) -> None:
        """Type so much of a field's name that the list has it, go down to it, and take it."""
        box = self.page.locator("#field")
        expect(box).to_be_focused()
        options = self.page.locator("#field-list li")
        typed = ""
        label = next(words for name, words in self.names if name == wanted[0])
        if len(wanted) > 1:
            label = (
                "giay"
                if "paper" in wanted[0]
                else "giay bao tu"
                if "notice" in wanted[0]
                else "gio va ngay"
                if "died_at" in wanted[0]
                else "ho ten va chuc vu"
            )
        for word in label.split():
            typed = f"{typed} {word}".strip()
            box.fill(typed)
            if len(wanted) == 1 and options.count() <= 8:
                break
        self.effort.keys += len(typed) + 1
        texts = [unaccented(text) for text in options.all_inner_texts()]
        at = self._place_in(texts, wanted)
        for _ in range(at):
            self._press("ArrowDown")
        self._press("Enter")

    def _place_in(self, texts: list[str], wanted: tuple[str, ...]) -> int:
        taken = " da gan cho khac"
        labels = dict(self.names)
        if len(wanted) == 1:
            plain = [text.removesuffix(taken).strip() for text in texts]
            return plain.index(labels[wanted[0]])
        return next(n for n, text in enumerate(texts) if all(labels[name] in text for name in wanted))

    # --- what is missing ---------------------------------------------------------------------------------------------

    def _draw_missing(self) -> None:
        design = self._design()
        size = self.truth.text_size
        for cell in self.wanted.cells:
            if cell.from_ is None or cell.to is None or not held_fields(cell):
                continue
            near = [c for c in design.cells if c.from_ is not None and abs(c.at - cell.at) < NEAR_V]
            if any(abs((c.from_ or 0) - cell.from_) < NEAR_U for c in near):
                continue
            self.effort.looks += 1
            self._draw("b", (cell.from_, cell.at - size, cell.to, cell.at + 0.3 * size))
            key = self._chosen()
            assert key is not None
            self._type_field(held_fields(cell))
            if cell.part and self._element(key)["part"] != cell.part:
                self._select(self.page.get_by_label("Chỗ trống ghi"), cell.part)
            if cell.label:
                self._fill(self.page.get_by_label("Chữ in", exact=True), cell.label)
                self.page.keyboard.press("Tab")
            if cell.printed:
                self._click(self.page.get_by_label("Giá trị in sẵn"))
        for area in self.wanted.areas:
            fields = held_fields(area)
            held = {name for other in self._design().elements() for name in held_fields(other)}
            if fields and not set(fields) <= held:
                self.effort.looks += 1
                self._draw("a", area.box)
                self._type_field(fields)

    def _bind_left(self) -> None:
        """Bind what was confirmed and still holds nothing: a field whose only place was taken at first."""
        for element in self._order():
            twin = self._twin_of(element) if element["from"] is not None else None
            if twin is not None and self._held(element) != held_fields(twin) and held_fields(twin):
                self._back(element["key"])
                self.effort.clicks += 1
                self._bind(twin, element)

    def _draw(self, tool: str, box: tuple[float, float, float, float]) -> None:
        self.page.locator("#window").focus()
        self._press(tool)
        self.effort.clicks += 1
        place = self.page.locator("#overlay .frame").bounding_box()
        around = self.page.locator("#window").bounding_box()
        assert place is not None
        assert around is not None
        self.page.locator("#window").evaluate(
            "(node, by) => node.scrollBy(0, by)", place["y"] + box[1] * place["height"] - around["y"] - 60
        )
        place = self.page.locator("#overlay .frame").bounding_box()
        assert place is not None
        mouse = self.page.mouse
        mouse.move(place["x"] + box[0] * place["width"], place["y"] + box[1] * place["height"])
        mouse.down()
        mouse.move(
            place["x"] + box[2] * place["width"],
            min(around["y"] + around["height"] - 2, place["y"] + box[3] * place["height"]),
            steps=3,
        )
        mouse.up()

    # --- hands -------------------------------------------------------------------------------------------------------

    def _click(self, target: Any) -> None:
        self.effort.clicks += 1
        target.click()

    def _select(self, target: Any, value: str) -> None:
        self.effort.clicks += 2
        target.select_option(value)

    def _fill(self, target: Any, text: str) -> None:
        self.effort.clicks += 1
        self.effort.keys += telex_keys(text)
        target.fill(text)

    def _press(self, key: str) -> None:
        self.effort.keys += 1
        self.page.keyboard.press(key)

    def _back(self, key: str) -> None:
        """Bring the keyboard back to the picture, as a click on the box does."""
        self.page.locator(f'#overlay [data-key="{key}"]').focus()

    # --- what the person sees ----------------------------------------------------------------------------------------

    def _state(self) -> dict[str, Any]:
        expect(self.page.locator("#kept")).not_to_contain_text("Đang lưu")
        state: dict[str, Any] = self.page.request.get(f"{self.page.url}/state").json()
        return state

    def _design(self) -> Design:
        return Design.model_validate(self._state()["design"])

    def _order(self) -> list[dict[str, Any]]:
        return sorted(
            self._state()["design"]["cells"],
            key=lambda cell: (round(cell["at"], 2), cell["start"] or cell["from"] or 0),
        )

    def _element(self, key: str) -> dict[str, Any]:
        design = self._state()["design"]
        lists = [
            design["cells"],
            design["areas"],
            design["checkboxes"],
            (design["table"] or {}).get("columns", []),
        ]
        return next(drawn for every in lists for drawn in every if drawn["key"] == key)

    def _chosen(self) -> str | None:
        chosen = self.page.locator("#overlay .chosen")
        return chosen.first.get_attribute("data-key") if chosen.count() else None

    def _held(self, element: dict[str, Any]) -> tuple[str, ...]:
        return (element["field"],) if element.get("field") else tuple((element.get("fields") or {}).values())
