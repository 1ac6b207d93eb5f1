"""Sign-in through a provider: issuer and subject identify the account; its duties are those that the groups grant.

A name, a login or an address never identifies an account, because people may choose them at the provider. An account
that is out of use here stays so, whatever the provider says.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.registry.accounts import logins, passwords, stored_accounts
from pipeline.registry.accounts.logins import is_waiting
from pipeline.registry.accounts.model import (
    LOGIN,
    PROVIDER,
    AccountChange,
    AccountError,
    AccountOptions,
    AccountTampered,
    ExternalPerson,
    NewAccount,
    Role,
    Session,
    SignInRefused,
)
from pipeline.registry.accounts.rows import AccountRow, account, external_identity
from pipeline.registry.accounts.stored_accounts import add_account, change_account, tampered
from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.database.database import Database
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.errors import RowTampered

LOGIN_WITHOUT_NAME = "nguoi.dung"
LONGEST_LOGIN = 30


class SignIns:
    """Sign-ins through a provider.

    Args:
        fewer_at_work: Called when an account loses duties, within the transaction that takes them away.
        now: The clock, in UTC.
    """

    def __init__(
        self,
        database: Database,
        fewer_at_work: Callable[[Connection, datetime], object],
        now: Callable[[], datetime],
        options: AccountOptions = AccountOptions(),
    ) -> None:
        self._database, self._fewer_at_work = database, fewer_at_work
        self._now, self._options = now, options

    def sign_in(self, person: ExternalPerson) -> Session:
        """Return a new session of a person for whom the provider vouches.

        The first sign-in makes an account if a group grants a role; every later one gives it the duties that the groups
        grant by then.

        Raises:
            SignInRefused: The person may not log in; the refusal is recorded.
            AccountTampered: The account was changed behind the program's back.
        """
        password_hash = passwords.hashed(
            passwords.one_time_password()
        )  # of an account to be made: nobody knows it
        try:
            with self._database.writing() as connection:
                hold(connection, Whole.ACCOUNTS)
                session, refused = self._let_in(connection, person, password_hash)
        except RowTampered as found:
            raise AccountTampered(
                "Tài khoản này đã bị sửa ngoài chương trình nên chưa đăng nhập được. Hãy báo người quản trị chạy "
                "“hotich audit verify”, rồi “hotich audit settle”."
            ) from found
        if session is None:
            raise SignInRefused(refused)
        return session

    def note_failure(self, reason: str) -> None:
        """Record that a sign-in proved no identity; ``reason``: a code."""
        with self._database.writing() as connection:
            record(connection, MACHINE, "sign-in-refused", "", {"reason": reason})

    def _let_in(
        self, connection: Connection, person: ExternalPerson, password_hash: str
    ) -> tuple[Session | None, str]:
        """Return the session, or the reason of the refusal; changes made on the way are kept."""
        now = self._now()
        row = self._known(connection, person)
        if row is None and person.role is not None:
            row = self._made(connection, person, password_hash, now)
        refused = self._refused(connection, row, person, now)
        subject = f"account:{row.login}" if row is not None else ""
        if refused or row is None:
            record(connection, PROVIDER, "sign-in-refused", subject, {"reason": refused})
            return None, refused
        row = stored_accounts.known_row(connection, row.login)
        stored_accounts.note_login(connection, row, now, row.password_hash, "signed-in")
        token = logins.start(connection, row.id, now, self._options)
        return Session(token, logins.csrf_of(token), stored_accounts.person_of(row), row.must_change), ""

    def _known(self, connection: Connection, person: ExternalPerson) -> AccountRow | None:
        """Return the account of a person who signed in before; raises ``RowTampered``."""
        mine = (
            external_identity.c.issuer == person.issuer,
            external_identity.c.subject == person.subject,
        )
        found = connection.execute(
            select(external_identity.c.id, account.c.id.label("account_id"), account.c.login)
            .join(account, account.c.id == external_identity.c.account_id)
            .where(*mine)
        ).first()
        if found is None:
            return None
        wrong = tampered(
            self._database, connection, (external_identity, found.id), (account, found.account_id)
        )
        if wrong is not None:
            raise wrong
        return stored_accounts.known_row(connection, found.login)

    def _made(
        self, connection: Connection, person: ExternalPerson, password_hash: str, now: datetime
    ) -> AccountRow:
        login = _free_login(connection, person)
        try:
            name = stored_accounts.name_of(person.name)
        except AccountError:
            name = login
        assert person.role is not None
        codes = stored_accounts.places_of(person.role, person.places)
        wanted = NewAccount(login, name, person.role, None if codes is None else tuple(codes))
        add_account(connection, wanted, password_hash, now, PROVIDER, must_change=False)
        row = stored_accounts.known_row(connection, login)
        identity = {
            "account_id": row.id,
            "issuer": person.issuer,
            "subject": person.subject,
            "linked_at": now,
        }
        add(connection, external_identity, [identity])
        record(connection, PROVIDER, "identity-linked", f"account:{login}")
        return row

    def _refused(
        self, connection: Connection, row: AccountRow | None, person: ExternalPerson, now: datetime
    ) -> str:
        """Give the account the duties that the groups grant; return the reason of a refusal, or ``""``."""
        if row is None:
            return "no-role"
        if not row.active:
            return "waits" if is_waiting(connection, row.id) else "locked"
        if person.role is None:
            logins.end_all(connection, row.id)
            return "no-role"
        places = stored_accounts.places_of(person.role, person.places)
        if (row.role, row.places) == (person.role, places):
            return ""
        if row.role == Role.ADMINISTRATOR:
            try:
                stored_accounts.refuse_last_administrator(connection, row)
            except AccountError:
                return "last-administrator"
        duties = {"role": person.role, "places": places}
        waits = change_account(connection, row, duties, AccountChange.DUTIES_SET, now, PROVIDER, duties)
        self._fewer_at_work(connection, now)
        return "waits" if waits else ""


def _free_login(connection: Connection, person: ExternalPerson) -> str:
    """Return a free login that resembles the login at the provider."""
    called = person.login.partition("@")[0].lower().replace("đ", "d")
    plain = unicodedata.normalize("NFKD", called)
    plain = re.sub(r"[^a-z0-9._-]+", "", plain).lstrip("0123456789._-")[:LONGEST_LOGIN]
    wanted = plain if LOGIN.fullmatch(plain) else LOGIN_WITHOUT_NAME
    mark = hashlib.sha256(f"{person.issuer}\n{person.subject}".encode()).hexdigest()
    for login in (wanted, f"{wanted}.{mark[:6]}", f"u{mark[:30]}"):
        try:
            login = stored_accounts.login_of(login)
        except AccountError:
            continue
        if stored_accounts.row_of(connection, login) is None:
            return login
    raise AccountError("Không đặt được tên đăng nhập cho tài khoản này. Hãy báo người quản trị.")
