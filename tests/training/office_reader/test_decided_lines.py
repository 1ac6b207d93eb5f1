"""A decision teaches only what it saw: its line of ink with the text that fits it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.model import FieldStatus, Writing
from pipeline.registry import Verdict
from pipeline.training.office_reader import decided_lines as room
from pipeline.training.office_reader.decided_lines import decided_lines_since
from tests.training.office_reader.decided_pages import DecidedBook, Written, shipped_hand, texts_of

NAME = "Trần Văn Tuấn"


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> tuple[DecidedBook, int, room.DecidedLines]:
    """A page with every kind of decision, and what it teaches."""
    book = DecidedBook(tmp_path_factory.mktemp("decided"))
    book_id, _ = book.add(
        Written("child_name", (NAME,), NAME),
        Written(
            "child_native_place", ("Ấp Năm xã Bình Hữu", "huyện Trà Ôn"), "Ấp Năm, xã Bình Hữu, huyện Trà Ôn"
        ),
        Written("child_born_on", ("1-2-2010",), "01/02/2010", "1.2.2010"),
        Written("registered_on", ("7", "12", "2010"), "07/12/2010"),
        Written("father_name", ("Lê Văn Hải",), "Nguyễn Thị Bưởi"),
        Written("mother_name", ("Phạm Thị Hoa",), "Phạm Thị Quỳnh"),
        Written("father_ethnicity", ("như trên",), "Kinh", "nt"),
        Written("mother_ethnicity", ("Kinh",), None),
        Written("declarant_name", ("Lê Văn Hải",), "Lê Văn Hải", finding="L09"),
        Written("registrar_name", ("Phạm Thị Ho",), "Phạm Thị Hoa", finding="INK-CUT"),
        Written("declarant_relation", (), "Cha", status=FieldStatus.BLANK),
        Written("page_number", ("12",), "12", writing=Writing.PRINT),
        Written("signer_name", ("Trần Văn Tuấn",), "Trần Văn Tuấn"),
    )
    with book.context.open_registry() as registry:
        found = decided_lines_since("", registry, book.context, book_id, shipped_hand())
        assert found is not None
        return book, book_id, found


def test_a_line_bears_the_confirmed_text_and_where_it_comes_from(
    taught: tuple[DecidedBook, int, room.DecidedLines],
) -> None:
    _, book_id, found = taught
    line = next(line for line in found.lines if line.field == "child_name")
    assert (line.text, line.kind, line.form, line.deciders) == (NAME, "name", "birth-2006", ("an",))
    assert line.key == f"{book_id}/{line.ref.scan_sha256}/1/0/child_name/0"
    (seen,) = shipped_hand().emissions([line.pixels])
    assert seen, "the picture has ink"


def test_values_of_several_lines_and_pieces_are_split_where_that_is_sure(
    taught: tuple[DecidedBook, int, room.DecidedLines],
) -> None:
    texts = texts_of(taught[2].lines)
    assert texts["child_native_place"] == ["Ấp Năm, xã Bình Hữu,", "huyện Trà Ôn"]
    assert texts["registered_on"] == ["7", "12", "2010"]


def test_a_day_is_labelled_as_it_is_written_not_as_it_was_keyed(
    taught: tuple[DecidedBook, int, room.DecidedLines],
) -> None:
    assert texts_of(taught[2].lines)["child_born_on"] == ["1-2-2010"]


def test_what_is_no_text_of_that_ink_teaches_nothing(
    taught: tuple[DecidedBook, int, room.DecidedLines],
) -> None:
    found = taught[2]
    learnt = {line.field for line in found.lines}
    assert learnt == {"child_name", "child_native_place", "child_born_on", "registered_on"}
    assert found.left_out == {
        room.NO_FIT: 2, room.DITTO: 1, room.STRUCK: 1, room.CUT: 1, room.NO_INK: 2, room.SHARED: 1,
    }  # fmt: skip


def test_withdrawn_amended_typed_and_reopened_values_are_out(tmp_path: Path) -> None:
    book = DecidedBook(tmp_path)
    book_id, first = book.add(Written("child_name", (NAME,), NAME))
    _, second = book.add(Written("child_name", (NAME,), NAME), Written("father_name", ("Lê Hải",), "Lê Hải"))

    def learnt() -> list[str]:
        with book.context.open_registry() as registry:
            found = decided_lines_since("", registry, book.context, book_id, shipped_hand())
            return [line.field for line in found.lines] if found else []

    assert learnt() == ["child_name", "child_name", "father_name"]
    with book.context.open_registry() as registry:
        registry.withdraw(registry.part_of_entry(first), author="chi", reason="ghi nhầm")
        registry.decide(second, [Verdict("father_name", FieldStatus.BLANK)], author="bình")
    assert learnt() == ["child_name"]


def test_a_book_in_which_nothing_was_decided_since_is_not_gathered_again(
    taught: tuple[DecidedBook, int, room.DecidedLines],
) -> None:
    book, book_id, found = taught
    with book.context.open_registry() as registry:
        assert decided_lines_since(found.mark, registry, book.context, book_id, shipped_hand()) is None
