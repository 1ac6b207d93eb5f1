"""``[webhook]`` of ``office.toml``: where other systems are told that a book is ready.

.. code-block:: toml

    [webhook]
    url = "https://nhan.example.gov.vn/hotich"    # TLS; without it only on this machine
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.staff_toml import StaffFile

TABLE = "webhook"
MOST_LETTERS = 500


@dataclass(frozen=True, slots=True)
class WebhookPolicy:
    """Where events are sent.

    Attributes:
        secure: Whether over TLS.
        host: The name or address of the receiver.
        port: Its port.
        target: Path and query.
        is_local: Whether the receiver is this machine.
    """

    secure: bool
    host: str
    port: int
    target: str
    is_local: bool


def read_webhook(path: Path) -> WebhookPolicy | None:
    """Return what the file at ``path`` sets; None: nobody is told.

    Raises:
        SchemaError: Names every flaw with its line.
    """
    if not path.exists():
        return None
    file = StaffFile(path)
    table = file.table.get(TABLE)
    if table is None:
        return None
    if not isinstance(table, dict):
        file.flaw(TABLE, f"“{TABLE}” phải viết thành bảng [{TABLE}].")
        table = {}
    for key in table:
        if key != "url":
            file.flaw_of_table(
                TABLE, key, f"khóa lạ “{key}”; chỉ có “url”. Bí mật ký tên nằm ở tệp webhook.key."
            )
    url = table.get("url", "")
    policy, flaw = _policy_of(url) if isinstance(url, str) else (None, "“url” phải là một địa chỉ.")
    if flaw:
        file.flaw_of_table(TABLE, "url", flaw)
    file.refuse_flaws()
    return policy


def _policy_of(url: str) -> tuple[WebhookPolicy | None, str]:
    """Return what an address says, or why it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None, "“url” không phải địa chỉ."
    host = parts.hostname or ""
    if len(url) > MOST_LETTERS or not url.isascii() or not url.isprintable() or " " in url or not host:
        return None, "“url” không phải địa chỉ."
    if parts.username is not None or parts.password is not None or parts.fragment:
        return None, "“url” không được có tên, mật khẩu hay phần sau dấu #."
    local = host == "localhost" or _is_loopback(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        return None, "“url” phải bắt đầu bằng https:// (http:// chỉ cho chính máy này)."
    secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return WebhookPolicy(secure, host, port or (443 if secure else 80), target, local), ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
