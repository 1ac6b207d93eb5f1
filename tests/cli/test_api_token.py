"""``hotich api-token`` from the command line: the secret once, the list without it, revoked at once."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pipeline import settings
from tests.cli.conftest import Hotich


def test_a_token_is_told_once_listed_and_revoked(hotich: Hotich, workspace: Path) -> None:
    made = hotich(
        "api-token", "add", "so-tu-phap", "--scope", "read:books", "--place", "00004", "--days", "9"
    )
    (secret,) = re.findall(r"hotich_\S+", made.stdout)
    listed = hotich("api-token", "list", "--json").stdout
    assert secret not in listed
    (told,) = json.loads(listed)["tokens"]
    assert (told["name"], told["scopes"], told["places"]) == ("so-tu-phap", ["read:books"], ["00004"])
    assert "chưa dùng" in hotich("api-token", "list").stdout
    with settings.read_settings().run_context(workspace).open_registry() as registry:
        assert registry.publishing().token_in_force(secret) is not None
        assert hotich("api-token", "revoke", "so-tu-phap").exit_code == 0
        assert registry.publishing().token_in_force(secret) is None


def test_a_place_that_is_none_and_places_beside_everywhere_are_refused(hotich: Hotich) -> None:
    asked = ("api-token", "add", "so", "--scope", "search")
    assert hotich(*asked, "--place", "99999x").exit_code != 0
    assert hotich(*asked, "--place", "00004", "--everywhere").exit_code == 2
    assert hotich("api-token", "revoke", "so").exit_code != 0
