"""Where the trios of the rules over books and over the registry are: the tests that each holds, that it is broken,
that it is not applicable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Tests(NamedTuple):
    """``file`` as seen from ``tests/books/book_rules``; names of functions in it."""

    file: str
    holds: str
    broken: str
    not_applicable: str


NUMBERS, ORDER, PEOPLE, LINKS, ACT_LINKS, TWICE, BOOK_CHECKS = (
    "test_entry_numbers", "test_book_order", "test_person_checks", "test_record_linkage", "test_act_links",
    "test_duplicate_pages", "../test_book_checks",
)  # fmt: skip

BOOK_TRIOS: Mapping[str, Tests] = {
    "BOOK-DRIFT": Tests(
        "../../runs/test_drift",
        "test_a_book_like_the_others_raises_no_alarm",
        "test_a_book_unlike_the_others_is_recorded_with_the_fields_nobody_saw",
        "test_fields_of_another_reader_are_not_compared",
    ),
    "RESCAN-DIFFERS": Tests(
        "../../registry/withdrawals/test_page_replacement",
        "test_a_decision_is_kept_where_the_new_page_agrees",
        "test_two_accepted_readings_that_differ_are_put_in_doubt_with_the_old_value",
        "test_a_page_of_other_entries_is_refused_and_nothing_changes",
    ),
    "BOOK-HELD": Tests(
        "../../runs/test_drift",
        "test_fifty_checked_values_without_an_error_release_the_others",
        "test_critical_values_of_a_book_unlike_the_others_wait_for_a_person",
        "test_what_people_decided_is_not_asked_again",
    ),
    "SOURCE-STOPPED": Tests(
        "../../runs/test_unseen_values",
        "test_a_share_is_drawn_once_and_goes_on_as_right_checks_come",
        "test_what_checks_refute_waits_in_the_book_until_another_calibration",
        "test_nothing_is_drawn_without_a_policy_or_where_the_office_draws_nothing",
    ),
    "K06": Tests(
        NUMBERS,
        "test_an_unbroken_book_says_nothing_and_one_lost_entry_is_named",
        "test_both_entries_of_a_duplicate_key_are_reported",
        "test_another_place_event_volume_or_year_or_an_unknown_number_is_no_duplicate",
    ),
    "K07": Tests(
        NUMBERS,
        "test_an_unbroken_book_says_nothing_and_one_lost_entry_is_named",
        "test_a_misread_number_is_reported_on_its_entry_and_leaves_no_gap",
        "test_another_place_or_kind_of_event_has_numbers_of_its_own",
    ),
    "K07-GAP": Tests(
        NUMBERS,
        "test_numbers_run_on_over_the_volumes_of_a_year",
        "test_a_gap_is_reported_on_the_entry_behind_it_and_names_no_field",
        "test_a_number_that_is_not_known_may_be_the_missing_one",
    ),
    "K07-REPEAT": Tests(
        NUMBERS,
        "test_numbers_run_on_over_the_volumes_of_a_year",
        "test_a_number_that_two_volumes_of_a_year_share_is_reported_on_both_entries",
        "test_another_place_or_kind_of_event_has_numbers_of_its_own",
    ),
    "K08": Tests(
        NUMBERS,
        "test_an_unbroken_book_says_nothing_and_one_lost_entry_is_named",
        "test_a_book_that_is_carried_into_a_new_year_begins_again_at_one",
        "test_a_book_that_goes_back_within_its_year_is_no_restart",
    ),
    "K09": Tests(
        ORDER,
        "test_days_that_do_not_go_back_are_in_order",
        "test_the_one_day_out_of_order_is_reported_with_its_neighbours",
        "test_a_day_that_is_not_known_whole_says_nothing",
    ),
    "K10": Tests(
        ORDER,
        "test_totals_that_agree_and_books_without_a_closing_note_say_nothing",
        "test_a_total_that_does_not_agree_is_reported_with_both_counts",
        "test_pages_that_could_not_be_read_may_make_up_the_total",
    ),
    "K10-PAGES": Tests(
        ORDER,
        "test_totals_that_agree_and_books_without_a_closing_note_say_nothing",
        "test_a_total_that_does_not_agree_is_reported_with_both_counts",
        "test_blank_pages_may_be_counted_or_not_and_the_cover_never_is",
    ),
    "K10-COUNT": Tests(
        ORDER,
        "test_totals_that_agree_and_books_without_a_closing_note_say_nothing",
        "test_pages_counted_before_scanning_are_all_scanned_or_the_book_says_so",
        "test_pages_that_could_not_be_read_may_make_up_the_total",
    ),
    "K11-MISSING": Tests(
        ORDER,
        "test_pages_that_run_on_say_nothing_and_neither_do_books_without_numbers",
        "test_missing_pages_are_reported_on_the_page_behind_them",
        "test_a_page_without_a_readable_number_may_be_the_missing_one",
    ),
    "K11-ORDER": Tests(
        ORDER,
        "test_pages_that_run_on_say_nothing_and_neither_do_books_without_numbers",
        "test_a_page_out_of_place_is_reported_and_leaves_no_gap",
        "test_a_page_without_a_readable_number_may_be_the_missing_one",
    ),
    "I07": Tests(
        PEOPLE,
        "test_the_same_person_in_another_entry_is_no_conflict",
        "test_a_number_of_two_people_is_reported_on_both_entries",
        "test_without_a_personal_number_there_is_no_finding",
    ),
    "M06": Tests(
        PEOPLE,
        "test_the_same_couple_registered_again_is_no_second_marriage",
        "test_a_person_in_two_live_marriages_is_reported_on_both",
        "test_a_name_alone_is_not_evidence_enough",
    ),
    "B06": Tests(
        PEOPLE,
        "test_a_birth_entry_of_that_name_and_day_is_enough",
        "test_a_small_child_that_died_without_a_birth_entry_is_reported",
        "test_what_is_not_known_or_not_covered_is_not_reported",
    ),
    "LINK-AGAIN": Tests(
        LINKS,
        "test_twins_are_two_children",
        "test_a_birth_that_was_registered_again_decades_later_is_suggested_with_its_evidence",
        "test_without_enough_evidence_nothing_is_suggested",
    ),
    "LINK-PERSON": Tests(
        LINKS,
        "test_a_wedding_after_death_is_of_somebody_else",
        "test_birth_marriage_and_death_of_one_person_are_linked",
        "test_without_enough_evidence_nothing_is_suggested",
    ),
    "LINK-ACT": Tests(
        ACT_LINKS,
        "test_an_act_before_the_birth_or_of_another_sex_is_of_somebody_else",
        "test_an_adoption_finds_the_birth_by_name_and_day",
        "test_an_act_whose_earlier_book_is_not_read_has_no_link_and_no_error",
    ),
    "W01": Tests(
        BOOK_CHECKS,
        "test_a_margin_that_notes_the_divorce_is_no_contradiction",
        "test_a_silent_margin_is_asked_about_only_when_a_person_has_linked_the_divorce",
        "test_a_divorce_whose_marriage_is_read_later_is_linked_then",
    ),
    "W02": Tests(
        BOOK_CHECKS,
        "test_a_margin_that_notes_the_divorce_is_no_contradiction",
        "test_a_noted_act_without_an_entry_is_told_where_the_place_has_such_a_register",
        "test_a_noted_act_without_an_entry_is_told_where_the_place_has_such_a_register",
    ),
    "W03": Tests(
        BOOK_CHECKS,
        "test_a_margin_that_notes_the_divorce_is_no_contradiction",
        "test_another_number_and_a_second_divorce_are_reported",
        "test_a_divorce_whose_marriage_is_read_later_is_linked_then",
    ),
    "W04": Tests(
        BOOK_CHECKS,
        "test_a_margin_that_notes_the_divorce_is_no_contradiction",
        "test_an_act_before_its_entry_is_reported_when_a_person_says_that_they_belong_together",
        "test_a_divorce_whose_marriage_is_read_later_is_linked_then",
    ),
    "W05": Tests(
        BOOK_CHECKS,
        "test_a_margin_that_notes_the_divorce_is_no_contradiction",
        "test_another_number_and_a_second_divorce_are_reported",
        "test_a_divorce_whose_marriage_is_read_later_is_linked_then",
    ),
    "SCAN-TWICE": Tests(
        TWICE,
        "test_empty_pages_and_other_pages_have_no_finding",
        "test_the_later_scan_of_a_page_is_reported_with_the_first_one",
        "test_prints_of_another_size_are_not_compared",
    ),
}
