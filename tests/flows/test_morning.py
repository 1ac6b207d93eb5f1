"""What a supervisor reads in the morning: each book, each failure with what to do, nothing that acts as markup."""

from __future__ import annotations

from pathlib import Path

from flows.morning import morning_report
from flows.summary import summary_of
from pipeline.recognition.calibration import DriftAlarm
from pipeline.runs.book_run import BookReport, ScanFailure


def test_every_failure_is_named_with_what_to_do() -> None:
    failures = (ScanFailure("timeout", "a.tiff", 2, "x"), ScanFailure("stopped", "KS.2010", None, "x"))
    report = BookReport("KS.2010", pages=9, read=7, failures=failures)
    told = morning_report([summary_of(report)], "Đối chiếu: xong.")
    assert "| KS.2010 | 9 | 7 | 0 | 0 | 0 | 2 |" in told
    assert "- 1 × trang đọc quá giờ: xem và quét lại: KS.2010/a.tiff trang 2" in told
    assert "sổ bị dừng" in told
    assert "Đối chiếu: xong." in told


def test_a_night_without_failures_says_so_and_a_run_that_was_stopped_says_why() -> None:
    quiet = morning_report([summary_of(BookReport("a"))], "")
    assert "không có trang nào hỏng" in quiet
    held = morning_report([], "", held_back=[f"KS, a.pdf trang {number}" for number in range(22)])
    assert held.index("không do chương trình ghi") < held.index("- KS, a.pdf trang 0") < held.index("| Sổ |")
    assert "- và 2 chỗ nữa" in held
    assert "**Lượt chạy dừng sớm.** Xem ổ đĩa." in morning_report([], "", "Xem ổ đĩa.")


def test_a_book_of_unusual_handwriting_is_named_with_what_went_in_unseen_and_what_to_do() -> None:
    alarm = DriftAlarm(300, 0.42, 0.2, (), lower=True, unseen=17)
    unlike = summary_of(BookReport("KS_2010", drift=alarm), "/so/KS_2010", Path("/kho"))
    told = morning_report([unlike, summary_of(BookReport("a"))], "")
    assert "1 sổ có chữ viết lạ" in told
    assert "- KS\\_2010: chữ viết trong sổ không giống" in told
    assert "17 ô viết tay" in told
    assert "hotich calibrate /so/KS\\_2010 --workspace /kho" in told
    assert "chữ viết" not in morning_report([summary_of(BookReport("a"))], "")


def test_a_name_of_a_file_is_no_markup() -> None:
    report = BookReport("a|b", failures=(ScanFailure("broken", "<img src=x>\n[x](y)", None, ""),))
    told = morning_report([summary_of(report)], "")
    assert "a\\|b" in told
    assert "\\<img src=x\\>" in told


def test_many_failures_of_a_kind_are_counted_and_not_all_named() -> None:
    failures = tuple(ScanFailure("broken", f"{number}.tiff", 1, "") for number in range(50))
    told = morning_report([summary_of(BookReport("a", failures=failures))], "")
    assert "- 50 × " in told
    assert "… và 30 chỗ nữa" in told


def test_changes_of_accounts_that_wait_for_a_second_person_stand_before_the_books() -> None:
    waiting = ["phu.trach (Người phụ trách): tạo tài khoản, do quan_tri; chưa dùng được"]
    told = morning_report([summary_of(BookReport("KS.2010"))], "", unconfirmed=waiting)
    assert told.index("do quan\\_tri") < told.index("KS.2010")
    assert "xác nhận" not in morning_report([], "")


def test_own_files_with_flaws_stand_before_the_books() -> None:
    told = morning_report([summary_of(BookReport("KS.2010"))], "", unused=["schemas/forms/a.toml: sai"])
    assert told.index("schemas/forms/a.toml: sai") < told.index("KS.2010")


def test_scans_that_are_gone_from_their_folders_are_named_with_what_to_do() -> None:
    told = morning_report([summary_of(BookReport("KS.2010", missing=("a.pdf", "b.pdf")))], "")
    assert "nay không còn trong thư mục sổ:** KS.2010/a.pdf, KS.2010/b.pdf." in told
    assert "hotich withdraw scan" in told
    assert "không còn trong thư mục" not in morning_report([summary_of(BookReport("KS.2010"))], "")
