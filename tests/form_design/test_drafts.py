"""Drafts on disk: revisions, two people, what the machine adds, and what is damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.form_design import drafts as of_drafts
from pipeline.form_design.design import Design, design_of_form
from pipeline.form_design.draft import DraftRefused, DraftStale, NoSuchDraft, Specimen
from pipeline.form_design.drafts import GIVEN_UP, MOST_PAGES, FormDrafts
from tests.registry.pages import SCHEMAS

FULL = design_of_form(SCHEMAS.form("birth-2006")).model_copy(update={"id": "mau-thu"})
BARE = FULL.model_copy(update={"cells": (), "areas": (), "checkboxes": ()})


def titled(title: str) -> Design:
    return FULL.model_copy(update={"title": title})


@pytest.fixture
def drafts(tmp_path: Path) -> FormDrafts:
    return FormDrafts(tmp_path / "drafts", free_bytes=0)


def test_what_is_saved_is_there_for_who_opens_the_folder_anew(drafts: FormDrafts, tmp_path: Path) -> None:
    draft = drafts.begin(FULL, "00001", "an", "birth-2006", "birth-2006:x")
    saved = drafts.save(draft.draft_id, 1, titled("Hai"), "binh")
    again = FormDrafts(tmp_path / "drafts", free_bytes=0).draft(draft.draft_id)
    assert again == saved
    assert (again.revision, again.changed_by, again.author, again.base) == (2, "binh", "an", "birth-2006:x")
    kept = sorted((tmp_path / "drafts" / draft.draft_id / "revisions").iterdir())
    assert [path.name for path in kept] == ["000001.json", "000002.json"], "the design before is kept"


def test_a_late_change_is_refused_with_the_name_of_who_was_first(drafts: FormDrafts) -> None:
    draft = drafts.begin(FULL, "", "an")
    drafts.save(draft.draft_id, 1, titled("Của Bình"), "binh")
    with pytest.raises(DraftStale, match="binh"):
        drafts.save(draft.draft_id, 1, titled("Của An"), "an")
    noted: list[str] = []
    with pytest.raises(DraftStale):
        drafts.drop(draft.draft_id, 1, "an", lambda: noted.append("dropped"))
    assert noted == []
    assert drafts.draft(draft.draft_id).design.title == "Của Bình"


def test_a_page_that_was_taken_out_while_the_machine_looks_stays_out(drafts: FormDrafts) -> None:
    draft = drafts.begin(BARE, "", "an")
    for name in "ab":
        drafts.add_file(draft.draft_id, f"{name}.jpg", name.encode(), name * 64, 1)
    seen = drafts.draft(draft.draft_id).specimens
    drafts.remove_specimen(draft.draft_id, 1)
    kept = drafts.set_specimens(draft.draft_id, seen, {}, None)
    assert [one.name for one in kept.specimens] == ["b.jpg"]


def test_drafts_that_were_given_up_take_no_place(drafts: FormDrafts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.form_design.drafts.MOST_DRAFTS", 2)
    first, _ = drafts.begin(BARE, "", "an"), drafts.begin(BARE, "", "an")
    with pytest.raises(DraftRefused, match="2 bản nháp"):
        drafts.begin(BARE, "", "an")
    drafts.drop(first.draft_id, 1, "an")
    drafts.begin(BARE, "", "an")


def test_one_person_does_not_take_the_room_of_all_others(
    drafts: FormDrafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_drafts, "MOST_OF_ONE", 2)
    first, _ = drafts.begin(BARE, "", "an"), drafts.begin(BARE, "", "an")
    with pytest.raises(DraftRefused, match=r"Bạn đã có 2 bản nháp.*Hãy bỏ"):
        drafts.begin(BARE, "", "an")
    drafts.begin(BARE, "", "binh")
    drafts.drop(first.draft_id, 1, "an")
    drafts.begin(BARE, "", "an")


def test_a_draft_that_was_given_up_need_not_be_opened_to_list_the_others(
    drafts: FormDrafts, tmp_path: Path
) -> None:
    given_up, left = drafts.begin(FULL, "", "an"), drafts.begin(FULL, "", "an")
    drafts.drop(given_up.draft_id, 1, "an")
    assert [one.draft_id for one in drafts.drafts()] == [left.draft_id]
    home = tmp_path / "drafts" / given_up.draft_id
    (home / "draft.json").write_text("{", encoding="ascii")
    assert [one.draft_id for one in drafts.drafts()] == [left.draft_id]
    (home / GIVEN_UP).unlink()  # as a draft that was given up before there was such a mark
    assert [one.draft_id for one in drafts.drafts()] == [left.draft_id]


def test_pages_leave_room_on_the_disk_and_say_whom_to_tell(tmp_path: Path) -> None:
    full = FormDrafts(tmp_path / "drafts", free_bytes=2**60)
    draft = full.begin(FULL, "", "an")
    with pytest.raises(DraftRefused, match=r"sắp đầy.*Hãy báo"):
        full.add_file(draft.draft_id, "a.jpg", b"a", "a" * 64, 1)
    assert full.draft(draft.draft_id).specimens == ()
    assert full.save(draft.draft_id, 1, titled("Hai"), "an").revision == 2, (
        "what was drawn is kept all the same"
    )


def test_a_new_page_never_shows_the_picture_of_one_that_was_taken_out(drafts: FormDrafts) -> None:
    draft = drafts.begin(FULL, "", "an")
    drafts.add_file(draft.draft_id, "a.jpg", b"a", "a" * 64, 1)
    seen = Specimen(1, "a.jpg", "a" * 64, 1, size=(10, 20))
    drafts.set_specimens(draft.draft_id, (seen,), {1: b"picture of a"}, None)
    drafts.remove_specimen(draft.draft_id, 1)
    (new,) = drafts.add_file(draft.draft_id, "b.jpg", b"b", "b" * 64, 1).specimens
    assert drafts.picture(draft.draft_id, new.number) is None


def test_a_late_change_is_told_by_the_clock_of_the_office(tmp_path: Path) -> None:
    now = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
    drafts = FormDrafts(tmp_path / "drafts", lambda: now)
    draft = drafts.begin(FULL, "", "an")
    drafts.save(draft.draft_id, 1, titled("Hai"), "binh")
    with pytest.raises(DraftStale, match="03:30 ngày 03/03/2026"):
        drafts.save(draft.draft_id, 1, titled("Ba"), "an")


def test_what_the_machine_finds_does_not_come_between_a_person_and_the_draft(drafts: FormDrafts) -> None:
    draft = drafts.begin(FULL, "", "an")
    drafts.add_file(draft.draft_id, "a.jpg", b"a", "a" * 64, 1)
    found = Specimen(1, "a.jpg", "a" * 64, 1, size=(10, 20))
    drafts.add_file(draft.draft_id, "b.jpg", b"b", "b" * 64, 2)
    drafts.set_specimens(draft.draft_id, (found,), {1: b"jpeg"}, titled("Đề nghị"))
    now = drafts.save(draft.draft_id, 1, titled("Của An"), "an")
    assert [(one.number, one.sha256[0], one.is_straight) for one in now.specimens] == [
        (1, "a", True), (2, "b", False), (3, "b", False),
    ]  # fmt: skip
    proposal = drafts.proposal(draft.draft_id)
    assert (now.design.title, proposal and proposal.title) == ("Của An", "Đề nghị")
    assert drafts.picture(draft.draft_id, 1) == b"jpeg"


def test_an_empty_draft_takes_what_is_proposed(drafts: FormDrafts) -> None:
    draft = drafts.begin(BARE, "", "an")
    drafts.set_specimens(draft.draft_id, (), {}, FULL)
    assert len(drafts.draft(draft.draft_id).design.cells) == len(FULL.cells)


def test_pages_are_bounded_and_a_file_comes_once(drafts: FormDrafts) -> None:
    draft = drafts.begin(FULL, "", "an")
    with pytest.raises(DraftRefused, match=str(MOST_PAGES)):
        drafts.add_file(draft.draft_id, "a.pdf", b"a", "a" * 64, MOST_PAGES + 1)
    drafts.add_file(draft.draft_id, "a.pdf", b"a", "a" * 64, 2)
    with pytest.raises(DraftRefused, match="đã có"):
        drafts.add_file(draft.draft_id, "khac.pdf", b"a", "a" * 64, 2)


def test_a_dropped_draft_is_gone_and_its_files_stay(drafts: FormDrafts, tmp_path: Path) -> None:
    draft = drafts.begin(FULL, "", "an")
    drafts.add_file(draft.draft_id, "a.jpg", b"a", "a" * 64, 1)
    drafts.drop(draft.draft_id, 1, "an")
    assert drafts.drafts() == ()
    with pytest.raises(NoSuchDraft):
        drafts.save(draft.draft_id, 2, FULL, "an")
    assert (tmp_path / "drafts" / draft.draft_id / "files" / ("a" * 64)).read_bytes() == b"a"


@pytest.mark.parametrize("name", ["", "../../etc", "0" * 11, "0" * 13, "G" * 12])
def test_what_is_no_id_of_a_draft_leads_nowhere(drafts: FormDrafts, name: str) -> None:
    with pytest.raises(NoSuchDraft):
        drafts.draft(name)


def test_a_damaged_draft_is_not_there_and_harms_no_other(drafts: FormDrafts, tmp_path: Path) -> None:
    whole, damaged = drafts.begin(FULL, "", "an"), drafts.begin(FULL, "", "an")
    (tmp_path / "drafts" / damaged.draft_id / "draft.json").write_text("{", encoding="utf-8")
    assert [one.draft_id for one in drafts.drafts()] == [whole.draft_id]
