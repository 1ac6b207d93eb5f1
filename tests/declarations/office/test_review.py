"""``[review]`` of ``office.toml``: what an office may set about who reviews what."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.declarations import schema
from pipeline.declarations.office.changed_schemas import with_office_changes
from pipeline.declarations.office.review import ReviewPolicy, Way, read_review
from pipeline.settings import Settings

SCHEMAS = schema.load()
FIELDS = SCHEMAS.record("birth").by_name
CRITICAL, PLAIN = FIELDS["child_name"], FIELDS["notes"]
BOOK = "KS.1975.01"


def policy(folder: Path, text: str) -> ReviewPolicy:
    path = folder / "office.toml"
    path.write_text(text, encoding="utf-8")
    return read_review(path, SCHEMAS)


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(SchemaError) as caught:
        policy(folder, text)
    return caught.value.message


def test_without_a_file_the_program_chooses_the_way_of_each_field(tmp_path: Path) -> None:
    found = read_review(tmp_path / "office.toml", SCHEMAS)
    assert (found.of_book(BOOK).way(CRITICAL), found.of_book(BOOK).way(PLAIN)) == (None, None)
    assert found.of_book(BOOK).whole is Way.SINGLE
    assert found.lease == timedelta(minutes=15)
    assert not found.of_book(BOOK).blind_first


@pytest.mark.parametrize(
    ("text", "critical", "plain"),
    [
        ('check = "all"\nblind = "all"', Way.BLIND, Way.BLIND),
        ('check = "all"\nblind = "none"', Way.CHECKED, Way.CHECKED),
        ('check = "critical"\nblind = "none"', Way.CHECKED, Way.SINGLE),
        ('check = "critical"\nblind = "critical"', Way.BLIND, Way.SINGLE),
        ('blind = "critical"', Way.BLIND, None),
        ('check = "all"\nblind = "all"\nblind_first = true', Way.BLIND_TWICE, Way.BLIND_TWICE),
        ('check = "none"\nblind = "none"', Way.SINGLE, Way.SINGLE),
        ('check = "none"', Way.SINGLE, Way.SINGLE),
        ('blind_fields = ["notes"]', None, Way.BLIND),
        ('check = "all"\nblind = "critical"\nopen_fields = ["child_name"]', Way.CHECKED, Way.CHECKED),
    ],
)
def test_an_office_sets_how_fields_are_settled(
    tmp_path: Path, text: str, critical: Way | None, plain: Way | None
) -> None:
    found = policy(tmp_path, f"[review]\n{text}\n")
    assert (found.of_book(BOOK).way(CRITICAL), found.of_book(BOOK).way(PLAIN)) == (critical, plain)


def test_some_books_have_it_otherwise_and_the_later_row_wins(tmp_path: Path) -> None:
    found = policy(
        tmp_path,
        '[review]\ncheck = "none"\nblind = "none"\nlease_minutes = 30\n'
        '[[review.book]]\nbook = "KS.19*"\ncheck = "all"\nblind_first = true\n'
        '[[review.book]]\nbook = "KS.1975.*"\nblind = "all"\n',
    )
    assert found.of_book("KS.2010.01").way(PLAIN) is Way.SINGLE
    assert found.of_book("KS.1960.01").way(PLAIN) is Way.CHECKED
    assert found.of_book(BOOK).way(PLAIN) is Way.BLIND_TWICE
    assert found.of_book(BOOK).blind_first
    assert found.lease == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[review]\ncheck = "some"\n', 2, "all, critical, chosen hoặc none"),
        ("[review]\nblind = true\n", 2, "all, critical hoặc none"),
        ('[review]\nletter_case = "no"\n', 2, "ignored hoặc counts"),
        ("[review]\nprefill_from = 2.0\n", 2, "từ 0.0 đến 1.0"),
        ("[review]\nchek = 1\n", 2, "khóa lạ “chek”. Có phải là “check”?"),
        ("[review]\nlease_minutes = 0\n", 2, "từ 1 đến 240"),
        ('[review]\nlease_minutes = "15"\n', 2, "từ 1 đến 240"),
        ("[review]\nblind_first = 1\n", 2, "true hoặc false"),
        ('[review]\ncheck = "all"\nblind_fields = ["child_nam"]\n', 3, "Có phải là “child_name”?"),
        ('[review]\nopen_fields = "notes"\n', 2, "danh sách tên trường"),
        ('[review]\nblind_fields = ["notes"]\nopen_fields = ["notes"]\n', 3, "vừa ở blind_fields"),
        ('[[review.book]]\nblind = "all"\n', 1, "thiếu “book”"),
        ('[review]\n[[review.book]]\nbook = "KS*"\nlease_minutes = 3\n', 4, "khóa lạ “lease_minutes”"),
        ('[[review.book]]\nbook = "A"\n[[review.book]]\nbook = "B"\nblind = "al"\n', 5, "all, critical"),
        ("[review]\nbook = 3\n", 2, "[[review.book]]"),
        ("review = 3\n", 1, "[review]"),
    ],
)
def test_a_slip_is_told_with_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    told = complaint(tmp_path, f"# của xã Thử\n{text}")
    assert told.startswith(f"{tmp_path / 'office.toml'}, dòng {line + 1}: ")
    assert said in told


def test_keys_of_other_tables_are_not_taken_for_those_of_review(tmp_path: Path) -> None:
    text = '[[rule]]\ncode = "B02"\ncheck = "x"\n[review]\ncheck = "some"\n'
    assert "dòng 5: " in complaint(tmp_path, text)


def test_who_reviews_changes_no_reading(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text('[review]\ncheck = "none"\n', encoding="utf-8")
    assert with_office_changes(SCHEMAS, path) is SCHEMAS
    rule = '[[rule]]\ncode = "B02"\nseverity = "OFF"\nreason = "thử"\n'
    path.write_text(rule, encoding="utf-8")
    changed = with_office_changes(SCHEMAS, path).fingerprint
    path.write_text(f'{rule}[review]\ncheck = "none"\n', encoding="utf-8")
    assert with_office_changes(SCHEMAS, path).fingerprint == changed


def test_slips_are_told_together_with_those_of_the_rules(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(
        '[[rule]]\ncode = "B2"\nseverity = "OFF"\nreason = "thử"\n[review]\ncheck = "some"\n',
        encoding="utf-8",
    )
    with pytest.raises(SchemaError) as caught:
        Settings().schemas_of(tmp_path)
    assert [line.split(":")[0].split(" ")[-1] for line in caught.value.message.splitlines()] == ["2", "6"]


def test_a_file_that_is_no_toml_is_told_of_once(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text("[review\n", encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        Settings().schemas_of(tmp_path)
    assert len(caught.value.message.splitlines()) == 1
