"""``[webhook]`` of ``office.toml``: an address over TLS and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.base.outbound import OutboundAddress
from pipeline.declarations.office.outside import read_webhook


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://nhan.example/x", "https://"),
        ("ftp://nhan.example/x", "https://"),
        ("https://an:mat@nhan.example/x", "mật khẩu"),
        ("https://nhan.example/x#y", "sau dấu #"),
        ("https:///x", "địa chỉ"),
        ("https://nhan.example:99999/", "địa chỉ"),
        ("https://nhan.example/\\r\\nX: y", "địa chỉ"),
        ("https://nhan.example/" + "x" * 10_000, "địa chỉ"),
    ],
)
def test_an_address_that_cannot_be_is_refused(tmp_path: Path, url: str, words: str) -> None:
    path = tmp_path / "office.toml"
    path.write_text(f'[webhook]\nurl = "{url}"\n', encoding="utf-8")
    with pytest.raises(SchemaError, match=words):
        read_webhook(path)


def test_a_secret_has_no_place_in_office_toml(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text('[webhook]\nurl = "https://nhan.example"\nsecret = "x"\n', encoding="utf-8")
    with pytest.raises(SchemaError, match=r"webhook\.key"):
        read_webhook(path)
    path.write_text('[webhook]\nurl = "https://nhan.example"\n', encoding="utf-8")
    assert read_webhook(path) == OutboundAddress(True, "nhan.example", 443, "/", is_local=False)
    for text in ("", '[webhook]\nurl = ""\n'):
        path.write_text(text, encoding="utf-8")
        assert read_webhook(path) is None
