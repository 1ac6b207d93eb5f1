"""``hotich webhook`` from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Hotich


def test_what_is_not_set_or_not_reached_is_an_error_in_words(hotich: Hotich, workspace: Path) -> None:
    assert "[webhook]" in hotich("webhook", "send").stderr
    (workspace / "office.toml").write_text('[webhook]\nurl = "http://127.0.0.1:9/x"\n', encoding="utf-8")
    sent = hotich("webhook", "send")
    assert (sent.exit_code, "0 tin" in sent.stdout) == (0, True)  # no book is there to tell of
    told = hotich("webhook", "secret").stdout.strip()
    assert told == (workspace / "webhook.key").read_text(encoding="ascii").strip()
