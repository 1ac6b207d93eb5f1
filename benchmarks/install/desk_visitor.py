"""A person at a workstation of the office who trusts the machine's root certificate and nothing else.

Run in the network of the other machine: ``python -m benchmarks.install.desk_visitor ADDRESS ROOT_CERTIFICATE``; the
passwords come by standard input, what was seen goes to standard output as JSON.
"""

from __future__ import annotations

import http.cookiejar
import json
import re
import ssl
import sys
from dataclasses import dataclass
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPSHandler, ProxyHandler, Request, build_opener

SECONDS = 60.0


@dataclass(frozen=True)
class Page:
    """What was answered: status, address after redirects, headers, text; status 0 where TLS was refused."""

    status: int
    address: str
    headers: dict[str, str]
    text: str


class Workstation:
    """A browser with cookies that trusts a single root.

    Args:
        root: The file of the root certificate; ``None``: the roots of this machine's system.
    """

    def __init__(self, root: str | None) -> None:
        context = ssl.create_default_context(cafile=root)
        self._open = build_opener(
            ProxyHandler({}), HTTPSHandler(context=context), HTTPCookieProcessor(http.cookiejar.CookieJar())
        ).open

    def ask(self, address: str, fields: dict[str, str] | None = None) -> Page:
        """Open a page, or submit a form."""
        body = urlencode(fields).encode() if fields is not None else None
        try:
            with self._open(Request(address, body), timeout=SECONDS) as answer:
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Page(answer.status, answer.url, headers, answer.read().decode(errors="replace"))
        except HTTPError as refused:
            with refused:
                return Page(refused.code, address, {}, refused.read().decode(errors="replace"))
        except URLError as broken:
            return Page(0, address, {}, str(broken.reason))

    def log_in(self, site: str, login: str, password: str) -> Page:
        """Through the login form, as a person does."""
        form = self.ask(f"{site}/login")
        return self.ask(
            f"{site}/login", {"csrf": _proof(form), "login": login, "password": password, "next": ""}
        )

    def change_password(self, page: Page, site: str, old: str, new: str) -> Page:
        """On the page that the first login leads to."""
        fields = {"csrf": _proof(page), "old": old, "new": new, "again": new}
        return self.ask(f"{site}/password", fields)


def _proof(page: Page) -> str:
    match = re.search(r'name="csrf" value="([^"]*)"', page.text)
    return match[1] if match else ""


def visit(address: str, root: str, login: str, one_time: str, chosen: str) -> dict[str, object]:
    """Come as a stranger, then with the root; log in and replace a one-time password."""
    site = f"https://{address}"
    seen: dict[str, object] = {}
    seen["without_root"] = Workstation(None).ask(f"{site}/login").status
    plain = Workstation(None).ask(f"http://{address}/chung-thu/")
    seen["trust_page"] = plain.status == 200 and "SHA-256" in plain.text
    browser = Workstation(root)
    form = browser.ask(f"{site}/login")
    seen["login_page"] = form.status == 200 and "Mật khẩu" in form.text
    seen["strict_transport"] = "max-age" in form.headers.get("strict-transport-security", "")
    seen["content_policy"] = "default-src" in form.headers.get("content-security-policy", "")
    seen["redirect"] = browser.ask(f"http://{address}/login").address.startswith("https://")
    if one_time:
        first = browser.log_in(site, login, one_time)
        seen["must_change"] = "mật khẩu dùng một lần" in first.text
        browser.change_password(first, site, one_time, chosen)
        again = Workstation(root).log_in(site, login, one_time)
        seen["used_up"] = again.status == 401
        browser = Workstation(root)
    inside = browser.log_in(site, login, chosen)
    seen["inside"] = inside.status == 200 and "/login" not in inside.address
    accounts = browser.ask(f"{site}/accounts")
    seen["accounts_page"] = accounts.status == 200 and login in accounts.text
    return seen


def main() -> None:
    address, root = sys.argv[1:3]
    login, one_time, chosen = json.loads(sys.stdin.read())
    print(json.dumps(visit(address, root, login, one_time, chosen)))


if __name__ == "__main__":
    main()
