from __future__ import annotations

import unicodedata

import pytest

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldReading, FieldStatus, Severity
from pipeline.registry import WHOLE_ENTRY, Registry, SeenReading, StaleTask, Verdict
from tests.registry.pages import blank, entry, finding, page, read

DOUBTFUL = read("child_name", "Thu Mot", accepted=False)


def only_entry(registry: Registry, book: int) -> int:
    (entry_id,) = registry.entries(book)
    return entry_id


def named(text: str) -> list[Verdict]:
    return [Verdict("child_name", FieldStatus.READ, text)]


def test_an_unaccepted_reading_is_never_a_value_until_someone_decides(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(DOUBTFUL)), "f1")
    entry_id = only_entry(registry, book)
    assert registry.effective_value(entry_id, "child_name") is None
    assert registry.decide(entry_id, named("Thử Một"), author="an")
    assert registry.effective_value(entry_id, "child_name") == "Thử Một"
    assert not registry.queue(book)


def test_blank_is_a_value_and_unknown_is_none(registry: Registry, book: int) -> None:
    illegible = FieldReading("father_name", FieldStatus.ILLEGIBLE, accepted=True)
    registry.save_page(
        book, page(entry(blank("notes"), illegible, blank("mother_name", accepted=False))), "f1"
    )
    values = registry.entry(only_entry(registry, book)).values
    assert values["notes"] == ""
    assert values["father_name"] is values["mother_name"] is values["signer_name"] is None


def test_a_value_stands_in_its_canonical_form_and_the_text_is_kept_as_written(
    registry: Registry, book: int
) -> None:
    number = read("entry_number", "Số 7/2010", canonical="07/2010")
    registry.save_page(book, page(entry(number, read("volume_number", "?", accepted=False))), "f1")
    entry_id = only_entry(registry, book)
    registry.decide(entry_id, [Verdict("volume_number", FieldStatus.READ, "1/2010")], author="an")
    stored = registry.entry(entry_id)
    assert (stored.values["entry_number"], stored.values["volume_number"]) == ("07/2010", "01/2010")
    assert stored.decisions["volume_number"].text == "1/2010"


def test_a_decision_whose_text_does_not_parse_stands_as_it_was_written(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(read("child_born_on", "?", accepted=False, canonical=""))), "f1")
    entry_id = only_entry(registry, book)
    registry.decide(entry_id, [Verdict("child_born_on", FieldStatus.READ, "30 tuổi")], author="an")
    assert registry.effective_value(entry_id, "child_born_on") == "30 tuổi"


def test_a_decision_remembers_what_the_person_saw(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(DOUBTFUL)), "f1")
    entry_id = only_entry(registry, book)
    registry.decide(entry_id, named("Thử Một"), author="an", reason="xem ảnh")
    decision = registry.entry(entry_id).decisions["child_name"]
    assert decision.seen == SeenReading("read", "Thu Mot", "Thu Mot")
    assert (decision.author, decision.reason, decision.seen_fingerprint) == ("an", "xem ảnh", "f1")
    assert decision.decided_at.utcoffset() is not None


def test_the_last_decision_counts(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(DOUBTFUL)), "f1")
    entry_id = only_entry(registry, book)
    registry.decide(entry_id, named("Thử Hai"), author="an")
    registry.decide(entry_id, [Verdict("child_name", FieldStatus.ILLEGIBLE)], author="binh")
    assert registry.effective_value(entry_id, "child_name") is None
    assert registry.entry(entry_id).decisions["child_name"].author == "binh"


def test_a_decision_survives_every_new_run(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(DOUBTFUL)), "f1")
    entry_id = only_entry(registry, book)
    registry.decide(entry_id, named("Thử Một"), author="an")
    registry.save_page(book, page(entry(read("child_name", "Chữ Khác"))), "f2")
    registry.save_page(book, page(), "f3")
    assert only_entry(registry, book) == entry_id
    assert registry.effective_value(entry_id, "child_name") == "Thử Một"


def test_a_task_opens_again_when_the_reading_under_a_decision_changed(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(DOUBTFUL)), "f1")
    entry_id = only_entry(registry, book)
    registry.decide(entry_id, named("Thử Một"), author="an")
    outcome = registry.save_page(book, page(entry(read("child_name", "Chữ Khác"))), "f2")
    (task,) = registry.queue(book)
    assert outcome.reopened == outcome.review == 1
    assert (task.reopened, task.fields) == (True, ("child_name",))
    assert registry.decide(entry_id, named("Thử Một"), author="an", version=task.version)
    assert registry.save_page(book, page(entry(read("child_name", "Chữ Khác"))), "f3").reopened == 0
    assert not registry.queue(book)


def test_a_task_opens_again_when_a_decided_entry_is_no_longer_found(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(DOUBTFUL)), "f1")
    registry.decide(only_entry(registry, book), named("Thử Một"), author="an")
    assert registry.save_page(book, page(), "f2").reopened == 1


def test_a_task_stays_done_when_the_reading_is_the_same_or_now_says_what_was_decided(
    registry: Registry, book: int
) -> None:
    registry.save_page(book, page(entry(DOUBTFUL)), "f1")
    registry.decide(only_entry(registry, book), named("Thử Một"), author="an")
    assert registry.save_page(book, page(entry(DOUBTFUL)), "f2").reopened == 0
    assert registry.save_page(book, page(entry(read("child_name", "Thử Một"))), "f3").reopened == 0
    assert not registry.queue(book)


def test_a_finding_keeps_its_fields_in_review_although_they_were_accepted(
    registry: Registry, book: int
) -> None:
    late = finding("D04", "child_born_on", "registered_on")
    dates = (read("child_born_on", "02.01.2010"), read("registered_on", "01.01.2010"))
    registry.save_page(book, page(entry(*dates, findings=[late])), "f1")
    (task,) = registry.queue(book)
    assert (task.reasons, task.fields) == (("D04",), ("child_born_on", "registered_on"))
    entry_id = only_entry(registry, book)
    assert not registry.decide(
        entry_id, [Verdict("child_born_on", FieldStatus.READ, "02.01.2010")], author="an"
    )
    assert registry.decide(entry_id, [Verdict("registered_on", FieldStatus.READ, "03.01.2010")], author="an")


def test_a_finding_without_fields_waits_until_the_entry_as_a_whole_was_seen(
    registry: Registry, book: int
) -> None:
    registry.save_page(book, page(entry(blank("notes"), findings=[finding("K06")])), "f1")
    entry_id = only_entry(registry, book)
    assert registry.queue(book)[0].fields == (WHOLE_ENTRY,)
    assert registry.decide(entry_id, [Verdict(WHOLE_ENTRY, FieldStatus.READ)], author="an")
    registry.save_page(book, page(entry(blank("notes"), findings=[finding("K06")])), "f2")
    assert not registry.queue(book)
    again = page(entry(blank("notes"), findings=[finding("K06"), finding("K11")]))
    assert registry.save_page(book, again, "f3").reopened == 1
    assert registry.queue(book)[0].reasons == ("K11",)


def test_a_finding_for_information_asks_nobody(registry: Registry, book: int) -> None:
    note = finding("L01", "notes", severity=Severity.INFO)
    assert registry.save_page(book, page(entry(blank("notes"), findings=[note])), "f1").accepted == 1
    assert not registry.queue(book)


def test_findings_on_a_page_itself_make_a_task_of_their_own(registry: Registry, book: int) -> None:
    registry.save_page(book, page(findings=[finding("PAGE-UNKNOWN")], page_no=3), "f1")
    (task,) = registry.queue(book)
    assert (task.entry_id, task.page_no, task.reasons) == (None, 3, ("PAGE-UNKNOWN",))
    registry.settle_page(task.page_id, author="an", version=task.version)
    assert not registry.queue(book)
    registry.save_page(book, page(findings=[finding("PAGE-UNKNOWN")], page_no=3), "f2")
    assert not registry.queue(book)


def test_of_two_people_with_the_same_task_the_second_is_told(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(DOUBTFUL, read("notes", "?", accepted=False))), "f1")
    (task,) = registry.queue(book)
    entry_id = only_entry(registry, book)
    registry.decide(entry_id, named("Thử Một"), author="an", version=task.version)
    with pytest.raises(StaleTask):
        registry.decide(entry_id, named("Thử Hai"), author="binh", version=task.version)
    assert registry.effective_value(entry_id, "child_name") == "Thử Một"


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict("child_name", FieldStatus.READ, "  "),
        Verdict("child_name", FieldStatus.BLANK, "chữ"),
        Verdict("child_name", FieldStatus.ILLEGIBLE, "chữ"),
        Verdict("child_name", FieldStatus.UNREADABLE),
        Verdict("no_such_field", FieldStatus.READ, "chữ"),
    ],
)
def test_a_verdict_that_contradicts_itself_is_refused(
    registry: Registry, book: int, verdict: Verdict
) -> None:
    registry.save_page(book, page(entry(DOUBTFUL)), "f1")
    entry_id = only_entry(registry, book)
    with pytest.raises(RegistryError):
        registry.decide(entry_id, [*named("Thử Một"), verdict], author="an")
    assert registry.entry(entry_id).decisions == {}


def test_nobody_decides_without_a_name_or_about_nothing(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(DOUBTFUL)), "f1")
    with pytest.raises(RegistryError, match="người quyết định"):
        registry.decide(only_entry(registry, book), named("Thử Một"), author=" ")
    with pytest.raises(RegistryError, match="999"):
        registry.decide(999, named("Thử Một"), author="an")


def test_a_decided_text_is_kept_in_one_unicode_form(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(DOUBTFUL)), "f1")
    entry_id = only_entry(registry, book)
    registry.decide(entry_id, named(unicodedata.normalize("NFD", "Thử Một")), author="an")
    assert registry.entry(entry_id).decisions["child_name"].text == "Thử Một"
