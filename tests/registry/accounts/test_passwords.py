"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import unicodedata

import pytest

from pipeline.registry.accounts import passwords
from pipeline.registry.accounts.model import AccountError

LONG = "con mèo mà trèo cây cau"


def test_a_password_is_kept_as_argon2id_at_the_least_that_owasp_allows() -> None:
    kept = passwords.hashed(LONG)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.is_right(kept, LONG)
    assert not passwords.is_right(kept, LONG + " ")
    assert not passwords.is_outdated(kept)


def test_the_same_password_typed_in_parts_is_right() -> None:
    assert passwords.is_right(passwords.hashed(LONG), unicodedata.normalize("NFD", LONG))


def test_no_password_is_right_for_nobody_or_for_a_broken_hash() -> None:
    assert not passwords.is_right(None, LONG)
    assert not passwords.is_right("khong phai bam", LONG)


def test_an_endless_password_is_refused_before_it_is_hashed() -> None:
    assert not passwords.is_right(passwords.hashed(LONG), "x" * 1_000_000)


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("ngắn quá", "ít nhất 10"),
        ("x" * 9, "ít nhất 10"),
        ("a-b c " * 50, "dài quá"),
        ("toi la An.Tran day", "tên đăng nhập"),
        ("aaaaaaaaaaaa", "dễ đoán"),
        ("abababababab", "dễ đoán"),
        ("1234567890", "dễ đoán"),
        ("Matkhau123!", "dễ đoán"),
        ("Mat.Khau-123456", "dễ đoán"),
        ("Ubnd@12345", "dễ đoán"),
        ("UBND@xa#2025", "dễ đoán"),
        ("Ubnd@Huyen9!", "dễ đoán"),
        ("HaNoi-2026!!", "dễ đoán"),
        ("Hà Nội 1975!", "dễ đoán"),
        ("P@ssw0rd2024", "dễ đoán"),
        ("M@tkh@u#789", "dễ đoán"),
        ("Huong@1985", "dễ đoán"),
        ("19851985@Huong", "dễ đoán"),
        ("NguyenThiHoa@90", "dễ đoán"),
        ("Tuphap#hotich#2026", "dễ đoán"),
        ("0912345678", "dễ đoán"),
        ("001085012345", "dễ đoán"),
        ("02/09/1945...", "dễ đoán"),
        ("Xyzabk_7291", "dễ đoán"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, word: str) -> None:
    with pytest.raises(AccountError, match=word):
        passwords.refuse_weak(password, "an.tran")


@pytest.mark.parametrize("password", ["ThuNghiem@2026k", "An-Tran-Binh-77", "xa thử nghiệm 26"])
def test_a_password_of_the_names_of_person_and_place_is_refused(password: str) -> None:
    passwords.refuse_weak(f"{password} trời mưa to", "quan.ly", ("Trần Văn Bình", "Xã Thử Nghiệm"))
    with pytest.raises(AccountError, match="dễ đoán"):
        passwords.refuse_weak(password, "quan.ly", ("Trần Văn Bình", "Xã Thử Nghiệm"))


@pytest.mark.parametrize(
    "password",
    ["mưa rơi trên mái tôn cũ", "Trời-xanh-39-mây", "k7#vQ2!mZx9w", "sáu con vịt vàng", "bqrx-7h2m-wd4s"],
)
def test_a_sentence_or_a_random_row_is_taken(password: str) -> None:
    passwords.refuse_weak(password, "an.tran", ("Trần Thị An", "Xã Thử Nghiệm"))


@pytest.mark.parametrize("password", [LONG, "7391-tuyet-roi", "ếếế ổổổ ưưư ạạạ"])
def test_a_password_one_can_remember_is_taken(password: str) -> None:
    passwords.refuse_weak(password, "an.tran")


def test_one_time_passwords_differ_and_are_strong_enough_themselves() -> None:
    made = {passwords.one_time_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        passwords.refuse_weak(password, "an.tran")
        assert not set(password) - set(passwords.ONE_TIME_LETTERS) - {"-"}
