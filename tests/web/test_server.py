"""The real server on a real port: what a proxy says counts only when it is trusted."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from pipeline.base.errors import SetupError
from pipeline.web import server
from tests.competing import WAIT_SECONDS
from tests.web.serving import served


@pytest.mark.parametrize(("proxy", "believed"), [(None, False), ("127.0.0.1", True), ("10.9.9.9", False)])
def test_a_proxy_is_believed_about_tls_only_when_it_is_the_named_one(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, proxy: str | None, believed: bool
) -> None:
    with served(app, monkeypatch, proxy) as address:
        answer = httpx.get(f"{address}/login", headers={"X-Forwarded-Proto": "https"}, timeout=WAIT_SECONDS)
    assert answer.status_code == 200
    assert ("__Host-hotich-form" in answer.headers["set-cookie"]) == believed
    assert "server" not in answer.headers


def test_an_address_that_is_not_of_this_machine_cannot_be_listened_on() -> None:
    with pytest.raises(SetupError, match="--port"):
        server.listen("192.0.2.1", 8000)
