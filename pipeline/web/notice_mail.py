"""Notices by e-mail, where the office has a mail server. A mail names books and counts, never a value of an entry."""

from __future__ import annotations

import json
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from pipeline.base.errors import HotichError
from pipeline.base.files import (
    FileRefused,
    parse_json,
    read_private_file,
    read_regular_file,
    write_atomically,
)
from pipeline.declarations.office.outside import MAIL, MailPolicy
from pipeline.registry.accounts.model import Person
from pipeline.scans.workspace import Workspace
from pipeline.web.context import Site
from pipeline.web.notices import NoticeSet, notices_for

EVERY = 600.0
"""Seconds between two looks at what is due: a person gets at most one mail in each."""

TIMEOUT = 20.0
"""Time limit of each step of an exchange with the server, in seconds."""

MOST_LINES = 40


class MailFailed(HotichError):
    """A mail could not be sent; the message is for who set the server."""

    code = "mail"


def send_due_mail(site: Site, workspace: Workspace) -> int:
    """Mail each named person what ended since the last look and what waits more than then; return how many mails.

    The first look at a person only notes what there is. Whose mail fails is mailed at the next look; the others get
    theirs now.

    Raises:
        MailFailed: The server refused a mail; the last failure, after everybody was tried.
        SchemaError: ``office.toml`` has flaws.
    """
    policy = MAIL.read(workspace.office)
    if not policy.is_set:
        return 0
    people = {account.person.login: account.person for account in site.accounts.list() if account.active}
    state, sent = _read_state(workspace), 0
    failed: MailFailed | None = None
    for login, address in policy.addresses.items():
        if login not in people:
            continue
        now, person = site.now(), people[login]
        known = state.get(login)
        since = None if known is None else datetime.fromisoformat(known["since"])
        notices = notices_for(site, person, since)
        counts = {one.key: one.count for one in notices.waiting}
        lines = [] if known is None else _lines(notices, known["counts"])
        if lines:
            try:
                send_mail(policy, workspace, address, f"hotich: {len(lines)} tin", lines)
            except MailFailed as error:
                failed = error
                continue
            sent += 1
        state[login] = {"since": now.isoformat(), "counts": counts}
        write_atomically(workspace.mail_state, json.dumps(state), mode=0o600)
    if failed is not None:
        raise failed
    return sent


def _lines(notices: NoticeSet, before: Mapping[str, int]) -> list[str]:
    ended = notices.ended
    words = [notice.words for notice in ended[:MOST_LINES]]
    if len(ended) > MOST_LINES:
        words.append(f"… và {len(ended) - MOST_LINES} tin nữa.")
    return words + [
        f"{one.count} {one.words}." for one in notices.waiting if one.count > before.get(one.key, 0)
    ]


def send_test_mail(workspace: Workspace, person: Person) -> str:
    """Send a mail to the person who asks; return a sentence about it.

    Raises:
        MailFailed: No server is set, the person has no address there, or the server refuses.
    """
    policy = MAIL.read(workspace.office)
    if not policy.is_set:
        raise MailFailed("Chưa đặt máy chủ thư và địa chỉ gửi (không mã hóa thì chỉ được với chính máy này).")
    address = policy.addresses.get(person.login)
    if address is None:
        raise MailFailed(f"Chưa có địa chỉ của {person.login} ở “Ai nhận thư”.")
    send_mail(policy, workspace, address, "hotich: thư thử", ["Thư thử từ trang Thiết lập."])
    return f"Máy chủ thư đã nhận thư thử gửi tới {address}."


def send_mail(policy: MailPolicy, workspace: Workspace, address: str, subject: str, lines: list[str]) -> None:
    """Send a mail of some lines.

    Raises:
        MailFailed: The server cannot be reached or refuses; or the password cannot be read.
    """
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = policy.sender, address, subject
    text = "\n".join([*lines, "", "Mở màn hình rà soát để xem."])
    mail.set_content(text, charset="utf-8", cte="base64")  # for servers without 8BITMIME
    context = ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(policy.host, policy.port, timeout=TIMEOUT, context=context)
            if policy.security == "tls"
            else smtplib.SMTP(policy.host, policy.port, timeout=TIMEOUT)
        ) as server:
            if policy.security == "starttls":
                server.starttls(context=context)
            if policy.login:
                server.login(policy.login, _password(workspace))
            server.send_message(mail)
    except smtplib.SMTPAuthenticationError:
        raise MailFailed("Máy chủ thư không nhận tên đăng nhập hay mật khẩu (tệp mail.key).") from None
    except smtplib.SMTPNotSupportedError:
        raise MailFailed(
            "Máy chủ thư không có STARTTLS hay không cho đăng nhập. Hãy đổi cách mã hóa."
        ) from None
    except smtplib.SMTPException as error:
        raise MailFailed(f"Máy chủ thư từ chối thư ({type(error).__name__}).") from None
    except ssl.SSLError:
        raise MailFailed("Máy chủ thư không dùng TLS như đã đặt, hoặc chứng thư của nó không đúng.") from None
    except (OSError, UnicodeError):
        raise MailFailed("Không nối được máy chủ thư, hoặc chưa đọc được mail.key.") from None


def _password(workspace: Workspace) -> str:
    """Return the password in ``mail.key``.

    Raises:
        MailFailed: It has a letter that the login of a mail server does not carry, such as one with a tone mark.
    """
    password = read_private_file(workspace.mail_key).decode().strip()
    if not password.isascii():
        raise MailFailed(
            "Mật khẩu trong mail.key có chữ có dấu hay ký tự ngoài bảng ASCII; máy chủ thư không nhận được. "
            "Hãy đổi mật khẩu của hộp thư thành chữ không dấu, số và dấu thường, rồi ghi lại mail.key."
        )
    return password


def _read_state(workspace: Workspace) -> dict[str, Any]:
    with suppress(OSError, FileRefused, ValueError):
        return dict(parse_json(read_regular_file(workspace.mail_state)))
    return {}
