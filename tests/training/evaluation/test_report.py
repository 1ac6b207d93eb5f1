"""The report: what stands in it, what it never does, where it is written."""

from __future__ import annotations

import re
import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.charts.axes import PlotArea
from pipeline.base.errors import StorageError
from pipeline.base.model import FieldStatus, Hypothesis, Writing
from pipeline.declarations import schema
from pipeline.training.evaluation import Evaluation, FieldOutcome, PredictedEntry, PredictedValue
from pipeline.training.evaluation.confidence import figures_of
from pipeline.training.evaluation.report import (
    PAGE,
    ErrorTolerance,
    EvaluationReport,
    Misreading,
    worst_misreadings,
    write_report,
)
from pipeline.training.evaluation.report.page_content import diff_spans, verdict_of

SCHEMAS = schema.load()
STANDARD = ErrorTolerance(0.004, 0.001, (("chữ viết tay", None), ("chữ in", 0.93)))
NAME, SEX = (SCHEMAS.record("birth").by_name[name] for name in ("child_name", "child_sex"))
INK = np.full((20, 60, 3), 200, np.uint8)


def outcome(
    truth: str,
    read: str,
    confidence: float = 0.9,
    *,
    accepted: bool = False,
    spec: schema.FieldSpec = NAME,
    others: Sequence[Hypothesis] = (),
) -> FieldOutcome:
    status = FieldStatus.READ if read else FieldStatus.UNREADABLE
    value = PredictedValue(read, status, confidence, accepted, Writing.HAND, tuple(others))
    return FieldOutcome(spec.column, truth, value, spec, PredictedEntry({}, 0, 0), "one", "birth-2006")


def written(folder: Path, outcomes: Sequence[FieldOutcome], pictures: int = 1) -> str:
    report = EvaluationReport(
        Evaluation(tuple(outcomes), 1, 0, 0, versions={"hotich": "1"}),
        ("KS.2010.01",),
        STANDARD,
        tuple(
            Misreading(o, "sổ thử, a.pdf trang 2", (INK,) * pictures)
            for o in worst_misreadings(outcomes, 9, 9)
        ),
        datetime(2026, 3, 5, 8, 7, tzinfo=UTC),
    )
    return write_report(folder, report, SCHEMAS).read_text(encoding="utf-8")


class Links(HTMLParser):
    """Everything a browser would fetch or open, and the tags left open at the end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("href", "xlink:href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", text)))


def test_the_report_needs_nothing_but_its_own_folder(tmp_path: Path) -> None:
    page = written(tmp_path / "r", [outcome("Lê Ân", "Lê An", accepted=True), outcome("Lê Bé", "Lê Bé")])
    assert "//" not in page.replace("<!--", "")
    assert "<script" not in page
    assert "@import" not in page
    assert "url(" not in page
    links = Links(page)
    assert not links.open
    for link in links.links:
        assert f'id="{link[1:]}"' in page if link.startswith("#") else (tmp_path / "r" / link).is_file()


def test_only_its_owner_can_read_it_and_version_control_does_not_see_it(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "r"
    written(folder, [outcome("Lê Ân", "Lê An")])
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert (folder / ".gitignore").read_text(encoding="utf-8").splitlines()[-1] == "*"
    assert "Chứa dữ liệu cá nhân" in (folder / PAGE).read_text(encoding="utf-8")


def test_a_new_report_leaves_nothing_of_the_one_before(tmp_path: Path) -> None:
    written(tmp_path / "r", [outcome("Lê Ân", "Lê An"), outcome("Lê Bé", "Lê Bè")], pictures=2)
    assert len(list((tmp_path / "r" / "anh").iterdir())) == 4
    written(tmp_path / "r", [outcome("Lê Cam", "Lê Can")])
    assert len(list((tmp_path / "r" / "anh").iterdir())) == 1
    assert "Lê Ân" not in plain((tmp_path / "r" / PAGE).read_text(encoding="utf-8"))


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thu.txt").write_text("của người khác", encoding="utf-8")
    with pytest.raises(StorageError, match="thư mục mới"):
        written(tmp_path, [outcome("Lê Ân", "Lê An")])
    assert [path.name for path in tmp_path.iterdir()] == ["thu.txt"]


def test_a_place_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match="Không ghi được báo cáo"):
        written(tmp_path / "file" / "r", [outcome("Lê Ân", "Lê An")])


def test_text_of_a_field_is_never_markup(tmp_path: Path) -> None:
    page = written(tmp_path / "r", [outcome('<b>Lê</b> & "Ân"', "<script>alert(1)</script>")])
    assert "<script" not in page
    assert '<b>Lê</b> & "Ân"' in plain(page)


def test_a_misreading_shows_what_was_read_the_truth_and_other_hypotheses(tmp_path: Path) -> None:
    others = (Hypothesis("Lê An", 0.8), Hypothesis("Lê Âu", 0.15))
    page = written(tmp_path / "r", [outcome("Lê Ân", "Lê An", 0.8, accepted=True, others=others)])
    assert "Lê <mark>A</mark>n" in page
    assert "Lê <mark>Â</mark>n" in page
    told = plain(page)
    assert "Lê Âu 0,15" in told
    assert "đã tự động chấp nhận" in told
    assert "sổ thử, a.pdf trang 2" in told
    assert NAME.label in told


def test_an_unread_field_is_described_in_words(tmp_path: Path) -> None:
    told = plain(written(tmp_path / "r", [outcome("Lê Ân", "")], pictures=0))
    assert "máy chưa đọc được" in told
    assert "Không có hình" in told


def test_lists_are_distinguished_by_their_names(tmp_path: Path) -> None:
    told = plain(written(tmp_path / "r", [outcome("Nam", "Nam", spec=SEX), outcome("Lê Ân", "Lê Ân")]))
    assert "Giới tính" in told
    assert "Họ tên" in told
    assert "Không có ô nào sai." in told


def test_kinds_are_listed_form_by_form_where_there_are_several_forms(tmp_path: Path) -> None:
    birth = [outcome("Lê Ân", "Lê Ân"), outcome("Nam", "Nữ", spec=SEX)]
    other = [replace(outcome("Lê Bé", "Lê Bè"), form="birth-2016")]
    heading = "Từng kiểu giá trị trên từng mẫu sổ"
    assert heading not in written(tmp_path / "one", birth)
    _, _, table = written(tmp_path / "two", [*birth, *other]).partition(heading)
    told = plain(table.partition("</table>")[0].replace("</td>", "|"))
    assert "Họ tên| 100,0 % / 1lỗi ký tự 0,0 %|0,0 % / 1lỗi ký tự 20,0 %|" in told
    assert "Giới tính| 0,0 % / 1lỗi ký tự 66,7 %|–|" in told


def test_every_kind_and_every_form_has_its_curve_and_its_reliability(tmp_path: Path) -> None:
    names = [outcome("Lê Ân", "Lê Ân" if n else "Lê An", 0.5 + n / 25, accepted=n > 5) for n in range(12)]
    others = [replace(outcome("Nam", "Nam", 0.9, spec=SEX), form="birth-2016") for _ in range(12)]
    page = written(tmp_path / "r", [*names, *others])
    forms = [SCHEMAS.form(form).title for form in ("birth-2006", "birth-2016")]
    for name in ("Họ tên", "Giới tính", *forms):
        for chart in ("nhận bao nhiêu, sai bấy nhiêu", "độ tin cậy và tỉ lệ đúng"):
            _, found, drawn = page.partition(f'aria-label="{name}: {chart}"')
            drawn = drawn.partition("</svg>")[0]
            assert found, (name, chart)
            assert "chưa đọc được ô nào" not in drawn
            assert "<path" in drawn or "<circle" in drawn


def test_a_report_of_nothing_can_be_written(tmp_path: Path) -> None:
    assert "Máy không tự động chấp nhận ô nào" in plain(written(tmp_path / "r", []))


def test_the_worst_misreadings_are_accepted_ones_then_the_surest() -> None:
    accepted = outcome("a", "b", 0.5, accepted=True)
    sure, unsure, right = outcome("a", "b", 0.95), outcome("a", "b", 0.1), outcome("a", "a", 0.99)
    assert worst_misreadings([right, unsure, sure, accepted], 9, 9) == (accepted, sure, unsure)
    assert worst_misreadings([right, unsure, sure, accepted], 2, 9) == (accepted, sure)
    other = outcome("Nam", "Nữ", 0.2, spec=SEX)
    assert worst_misreadings([unsure, sure, other], 9, 1) == (sure, other)


@pytest.mark.parametrize(
    ("wrong", "accepted", "style"),
    [(0, 0, "none"), (0, 748, "good"), (0, 747, "open"), (1, 75, "warn"), (9, 75, "bad"), (1, 1000, "open")],
)
def test_a_group_is_judged_by_what_its_size_can_prove(wrong: int, accepted: int, style: str) -> None:
    group = [outcome("a", "a", accepted=True)] * (accepted - wrong) + [
        outcome("a", "b", accepted=True)
    ] * wrong
    assert verdict_of(figures_of([*group, outcome("a", "a")]), 0.004).style == style


_texts = st.text("aăâbcdđ ÁẬ/.-12\u0302", max_size=10)


@given(_texts, _texts)
def test_diff_spans_lose_no_letter_and_agree_where_they_are_equal(one: str, other: str) -> None:
    ours, theirs = diff_spans(one, other)
    for text, parts in ((one, ours), (other, theirs)):
        assert "".join(part.text for part in parts) == unicodedata.normalize("NFC", text)
        assert all(part.text for part in parts)
    agreed = ["".join(p.text for p in parts if not p.differs) for parts in (ours, theirs)]
    assert agreed[0] == agreed[1]


@given(st.floats(0, 1), st.floats(0, 1))
def test_fewer_errors_lie_lower_and_all_lie_on_the_plane(one: float, other: float) -> None:
    plane = PlotArea(300, 200)
    low, high = sorted((one, other))
    assert plane.top <= plane.y_log(high) <= plane.y_log(low) <= plane.y_end
    assert plane.y_log(0.0) > plane.y_log(1e-4)
