"""Tokens of other systems: shown once, stored hashed, over when they are over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.registry import Registry
from pipeline.registry.model.api_tokens import ApiScope, ApiTokenError, UnknownApiToken
from pipeline.registry.services.publishing.publishing import Publishing
from tests.registry.outsider import Outsider
from tests.registry.pages import SCHEMAS
from tests.review.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{tmp_path / 'registry.db'}", SCHEMAS) as opened:
        yield opened


@pytest.fixture
def publishing(registry: Registry, clock: Clock) -> Publishing:
    return registry.publishing(clock)


def test_a_secret_is_stored_nowhere_and_opens_until_it_is_over(
    publishing: Publishing, registry: Registry, clock: Clock, tmp_path: Path
) -> None:
    made = publishing.create_token("so-tu-phap", [ApiScope.BOOKS], ["00000"], 30, author="quan.tri")
    assert made.secret not in repr(made)
    assert made.secret.encode() not in b"".join(one.read_bytes() for one in tmp_path.glob("registry.db*"))
    assert publishing.token_in_force(made.secret) == made.token
    assert publishing.token_in_force(made.secret[:-1]) is None
    assert publishing.token_in_force("x" * 100_000) is None
    clock.pass_(days=30)
    assert publishing.token_in_force(made.secret) is None
    assert registry.audit().recent(1)[0].action == "api-token-created"


def test_a_revoked_token_opens_nothing_more_and_its_name_is_never_given_again(
    publishing: Publishing, registry: Registry
) -> None:
    made = publishing.create_token("so-tu-phap", list(ApiScope), None, 1, author="quan.tri")
    publishing.revoke_token("so-tu-phap", author="binh")
    assert publishing.token_in_force(made.secret) is None
    (told,) = publishing.tokens()
    assert told.revoked_by == "binh"
    with pytest.raises(ApiTokenError, match="đã bị thu hồi"):
        publishing.revoke_token("so-tu-phap", author="binh")
    with pytest.raises(ApiTokenError, match="không dùng lại"):
        publishing.create_token("so-tu-phap", list(ApiScope), None, 1, author="quan.tri")
    with pytest.raises(UnknownApiToken):
        publishing.revoke_token("x" * 10_000, author="binh")


@pytest.mark.parametrize(
    ("name", "scopes", "places", "days", "words"),
    [
        ("Sở Tư pháp", [ApiScope.BOOKS], None, 1, "chữ cái không dấu"),
        ("a" * 41, [ApiScope.BOOKS], None, 1, "2 đến 40"),
        ("so\x00", [ApiScope.BOOKS], None, 1, "chữ cái không dấu"),
        ("so", [], None, 1, "phạm vi"),
        ("so", [ApiScope.BOOKS], None, 367, "ngày"),
        ("so", [ApiScope.BOOKS], None, 0, "ngày"),
        ("so", [ApiScope.BOOKS], [], 1, "nơi"),
        ("so", [ApiScope.BOOKS], ["a\nb"], 1, "nơi"),
    ],
)
def test_a_token_that_cannot_be_is_refused_in_words(
    publishing: Publishing, name: str, scopes: list[ApiScope], places: list[str] | None, days: int, words: str
) -> None:
    with pytest.raises(ApiTokenError, match=words):
        publishing.create_token(name, scopes, places, days, author="quan.tri")
    assert publishing.tokens() == ()


@pytest.mark.parametrize(
    "change", ["scopes = '[\"read:entries\"]'", "places = NULL", "expires_at = '2999-01-01 00:00:00'"]
)
def test_a_token_that_was_changed_behind_the_program_opens_nothing(
    publishing: Publishing, tmp_path: Path, change: str
) -> None:
    made = publishing.create_token("so", [ApiScope.BOOKS], ["00000"], 9, author="quan.tri")
    publishing.note_read(made.token, "/api/v1/books", "registry")
    assert publishing.token_in_force(made.secret) is not None  # its last use is no change
    Outsider(f"sqlite:///{tmp_path / 'registry.db'}").execute(
        f"UPDATE api_token SET {change}"  # noqa: S608 (the test's own words)
    )
    assert publishing.token_in_force(made.secret) is None
