"""``[sign_in]`` is read with every flaw told by its line; no group makes an administrator; the secret is private."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError, SecurityError, SetupError
from pipeline.registry.accounts.model import Role
from pipeline.web.sign_in_provider import GroupDuties, read_sign_in, sign_in_secret

HEAD = """[sign_in]
issuer = "https://dangnhap.example/realms/tinh"
client_id = "hotich"
address = "https://hotich.example/"
"""
GROUP = '[[sign_in.group]]\nname = "ra-soat"\nrole = "reviewer"\nplaces = ["00002", "00001"]\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "office.toml"


def test_what_is_set_is_read(path: Path) -> None:
    assert read_sign_in(path) is None
    path.write_text("[review]\n", encoding="utf-8")
    assert read_sign_in(path) is None
    every = '[[sign_in.group]]\nname = "phu-trach"\nrole = "supervisor"\n'
    path.write_text(HEAD + GROUP + every, encoding="utf-8")
    policy = read_sign_in(path)
    assert policy is not None
    assert (policy.address, policy.claim) == ("https://hotich.example", "groups")
    assert policy.groups == (
        GroupDuties("ra-soat", Role.REVIEWER, ("00001", "00002")),
        GroupDuties("phu-trach", Role.SUPERVISOR, None),
    )
    assert policy.duties_of(["phu-trach", "ra-soat"]) is policy.groups[0]
    assert policy.duties_of(["Ra-Soat", ""]) is None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD, 1, "ít nhất một mục"),
        (HEAD.replace("https://dang", "http://dang") + GROUP, 2, "https://"),
        (HEAD.replace("/tinh", "/tinh?x=1") + GROUP, 2, "dấu hỏi"),
        (HEAD.replace('.example/"', '.example/desk"') + GROUP, 4, "đường dẫn"),
        (HEAD.replace('"hotich"', '" "') + GROUP, 3, "client_id"),
        (HEAD.replace("client_id", "secret") + GROUP, 3, "sign_in.key"),
        (HEAD + GROUP.replace("reviewer", "administrator"), 1, "không nhóm nào được cấp vai trò quản trị"),
        (HEAD + GROUP.replace("reviewer", "chief"), 1, "“role”"),
        (HEAD + GROUP + GROUP, 1, "đã có ở trên"),
        (HEAD + GROUP.replace('["00002", "00001"]', "[]"), 1, "“places”"),
        (HEAD + GROUP.replace("places", "place"), 1, "khóa lạ “place”"),
        ("sign_in = 7\n", 1, "phải viết thành bảng"),
    ],
)
def test_a_flaw_is_told_with_its_line(path: Path, text: str, line: int, words: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError) as refused:
        read_sign_in(path)
    (told,) = [one for one in refused.value.message.splitlines() if words in one]
    assert f"dòng {line}" in told


def test_the_secret_is_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "sign_in.key"
    with pytest.raises(SetupError):
        sign_in_secret(path)
    path.write_text("bi-mat\n", encoding="ascii")
    path.chmod(0o644)
    with pytest.raises(SecurityError):
        sign_in_secret(path)
    path.chmod(0o600)
    assert sign_in_secret(path) == "bi-mat"
    path.write_text("\n", encoding="ascii")
    with pytest.raises(SetupError):
        sign_in_secret(path)
