"""Mail to people of the office, handed to a real SMTP server on this machine."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_string, policy
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts, utc_now
from pipeline.registry.accounts.model import Role
from pipeline.scans.workspace import Workspace
from pipeline.web.context import Site
from pipeline.web.notice_mail import MailFailed, send_due_mail, send_test_mail
from tests.registry.pages import LEDGER, entry, page, read
from tests.web.conftest import OWN


class _Conversation(socketserver.StreamRequestHandler):
    """SMTP as far as a client without extensions needs it (RFC 5321)."""

    def handle(self) -> None:
        self._say("220 thu.example")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "DATA":
                self._say("354 go on")
                lines = []
                while (text := self.rfile.readline().decode()) != ".\r\n":
                    lines.append(text)
                self.server.mails.append("".join(lines))  # type: ignore[attr-defined]
            if verb == "RCPT" and "tu.choi" in line:
                self._say("550 no such user")
                continue
            self._say("221 bye" if verb == "QUIT" else "250 ok")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    mails: list[str]


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Conversation) as found:
        found.mails = []
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


def office(tmp_path: Path, server: _Server, people: str) -> Workspace:
    lines = [
        "[mail]", 'host = "127.0.0.1"', f"port = {server.server_address[1]}", 'security = "none"',
        'sender = "hotich@xa.example"', f'people = "{people}"',
    ]  # fmt: skip
    (tmp_path / "office.toml").write_text("\n".join(lines), encoding="utf-8")
    return Workspace(tmp_path)


def test_a_person_is_mailed_once_what_ended_since_the_last_look(
    tmp_path: Path, server: _Server, app: FastAPI, registry: Registry, people: dict[tuple[Role, str], str]
) -> None:
    site: Site = replace(app.state.site, now=utc_now)
    workspace = office(
        tmp_path, server, f"{people[Role.OPERATOR, OWN]} = quet@xa.example; khong.co = x@y.example"
    )
    assert send_due_mail(site, workspace) == 0
    book = registry.book_id(LEDGER, "KS.thu")
    registry.store_scan(book, "8" * 64, "so.pdf", 1000, 1)
    registry.save_page(
        book, page(entry(read("child_name", "Lê Thị Kín", accepted=False)), scan="8" * 64), "f1"
    )
    assert (send_due_mail(site, workspace), send_due_mail(site, workspace)) == (1, 0)
    (text,) = server.mails
    mail = message_from_string(text, policy=policy.default)
    assert (mail["To"], mail["Subject"]) == ("quet@xa.example", "hotich: 1 tin")
    words = mail.get_content()
    assert "Sổ KS.thu: máy đã đọc xong; 1 nhiệm vụ chờ người." in words
    assert "Kín" not in words


def test_an_address_that_is_refused_keeps_no_mail_from_the_others(
    tmp_path: Path, server: _Server, app: FastAPI, registry: Registry, people: dict[tuple[Role, str], str]
) -> None:
    site: Site = replace(app.state.site, now=utc_now)
    workspace = office(
        tmp_path,
        server,
        f"{people[Role.OPERATOR, OWN]} = tu.choi@xa.example; {people[Role.SUPERVISOR, OWN]} = phu.trach@xa.example",
    )
    assert send_due_mail(site, workspace) == 0
    book = registry.book_id(LEDGER, "KS.thu")
    registry.store_scan(book, "9" * 64, "hai.pdf", 1000, 1)
    registry.save_page(
        book, page(entry(read("child_name", "Lê Thị Kín", accepted=False)), scan="9" * 64), "f2"
    )
    for _ in range(2):
        with pytest.raises(MailFailed, match="từ chối"):
            send_due_mail(site, workspace)
    (text,) = server.mails
    assert "phu.trach@xa.example" in text


def test_a_refused_mail_and_a_server_that_is_away_are_told(
    tmp_path: Path, server: _Server, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    login = people[Role.ADMINISTRATOR, OWN]
    person = next(one.person for one in accounts.list() if one.person.login == login)
    workspace = office(tmp_path, server, f"{login} = quan.tri@xa.example")
    assert "quan.tri@xa.example" in send_test_mail(workspace, person)
    assert len(server.mails) == 1
    with pytest.raises(MailFailed, match="từ chối"):
        send_test_mail(office(tmp_path, server, f"{login} = tu.choi@xa.example"), person)
    workspace.mail_key.write_text("Mật khẩu", encoding="utf-8")
    workspace.mail_key.chmod(0o600)
    office(tmp_path, server, f"{login} = quan.tri@xa.example")
    with (tmp_path / "office.toml").open("a", encoding="utf-8") as file:
        file.write('\nlogin = "hotich"\n')
    with pytest.raises(MailFailed, match="có dấu"):
        send_test_mail(workspace, person)
    with pytest.raises(MailFailed, match="địa chỉ của"):
        send_test_mail(office(tmp_path, server, ""), person)
    text = (tmp_path / "office.toml").read_text(encoding="utf-8")
    (tmp_path / "office.toml").write_text(text.replace('"none"', '"tls"'), encoding="utf-8")
    with pytest.raises(MailFailed):
        send_test_mail(workspace, person)
    (tmp_path / "office.toml").write_text(text.replace("127.0.0.1", "192.0.2.1"), encoding="utf-8")
    with pytest.raises(MailFailed, match="chính máy này"):
        send_test_mail(workspace, person)
