"""Accounts as the rest of the program uses them: one transaction a call, the clock handed in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping

from pipeline.registry.accounts import logins, passwords, stored_accounts
from pipeline.registry.accounts.logins import CONFIRMED, DISMISSED, answer, is_waiting, open_acts
from pipeline.registry.accounts.model import (
    CONSOLE,
    Account,
    AccountChange,
    AccountError,
    AccountOptions,
    AccountTampered,
    KnownPlace,
    LoginRefused,
    NewAccount,
    OpenAct,
    Person,
    Role,
    Session,
)
from pipeline.registry.accounts.rows import account, login_session
from pipeline.registry.accounts.stored_accounts import add_account, change_account, tampered
from pipeline.registry.database.clock import CLOCK_DIFFERENCE
from pipeline.registry.database.database import Database
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.errors import RowTampered

FIRST_LOGIN = "admin"
FIRST_NAME = "Quản trị viên"

REFUSED = (
    "Tên đăng nhập hoặc mật khẩu không đúng. Hãy thử lại; nếu quên mật khẩu, hãy nhờ người quản trị cấp lại."
)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Accounts:
    """Who may come in.

    Passwords and tokens are handed out once and never stored as they are. ``fewer_at_work``: told when
    somebody may do less than before, within the transaction that says so.
    """

    def __init__(
        self,
        database: Database,
        fewer_at_work: Callable[[Connection, datetime], object],
        now: Callable[[], datetime] = utc_now,
        options: AccountOptions = AccountOptions(),
    ) -> None:
        self._database, self._fewer_at_work = database, fewer_at_work
        self._now = now
        self.options = options

    # --- coming in ------------------------------------------------------------------------------------------------

    def authenticate(self, login: str, password: str, address: str) -> Session:
        """Log a person in from ``address`` and return the new session.

        Raises:
            LoginRefused: Login or password is wrong.
            LoginLocked: There were too many wrong passwords.
            AccountTampered: The account was changed behind the program's back.
        """
        login = login.strip().lower()
        with self._database.writing() as connection:
            row = stored_accounts.row_of(connection, login, lock=True)
            logins.note_try(connection, login, address, self._now(), self.options)
        right = passwords.is_right(row["password_hash"] if row else None, password)
        if not right or row is None:
            raise LoginRefused(REFUSED)
        newer_hash = passwords.hashed(password) if passwords.is_outdated(row["password_hash"]) else None
        try:
            with self._database.writing() as connection:
                return self._let_in(connection, row, newer_hash, address)
        except RowTampered as found:
            raise AccountTampered(
                "Tài khoản này đã bị sửa ngoài chương trình nên chưa đăng nhập được. Hãy báo người quản trị chạy "
                "“hotich audit verify”, rồi “hotich audit settle”."
            ) from found

    def session(self, token: str, *, is_used: bool = True) -> Session | None:
        """The session of a token as long as it lasts. Role and places are those of this moment.

        Args:
            token: The secret of the session.
            is_used: Whether the person does something now, so that the session lasts longer.
        """
        now = self._now()
        with self._database.reading() as connection:
            row = logins.holder(connection, token, now, self.options)
            if row is None:
                return None
            wrong = tampered(
                self._database, connection, (account, row["id"]), (login_session, row["session_id"])
            )
        if wrong is not None:
            if wrong.untold:
                self._database.tell_tampering(wrong)
            return None
        if is_used and now - row["seen_at"] >= logins.NOTE_USE_EVERY:
            with self._database.writing() as connection:
                logins.note_use(connection, token, now)
        return _session(token, row)

    def clear_sessions(self) -> None:
        """Delete the sessions that have run out; to be called at night, as a clock that is wrong ends them all."""
        with self._database.writing() as connection:
            logins.clear_away(connection, self._now(), self.options)

    def end(self, token: str) -> None:
        """Leave. An unknown token is no error."""
        with self._database.writing() as connection:
            logins.end(connection, token)

    def change_password(self, session: Session, old: str, new: str, address: str) -> Session:
        """Change one's own password; all sessions end, a new one is returned.

        Raises:
            LoginRefused: The old password is wrong, which counts like a wrong login.
            AccountError: The new password is weak.
        """
        login = session.person.login
        with self._database.reading() as connection:
            places = stored_accounts.known_places(connection)
        passwords.refuse_weak(new, login, (session.person.name, *(place.name for place in places)))
        with self._database.writing() as connection:
            row = stored_accounts.known_row(connection, login)
            logins.note_try(connection, login, address, self._now(), self.options)
        if not passwords.is_right(row["password_hash"], old):
            raise LoginRefused("Mật khẩu hiện nay không đúng. Hãy nhập lại.")
        if passwords.is_right(row["password_hash"], new):
            raise AccountError("Mật khẩu mới trùng mật khẩu hiện nay. Hãy chọn mật khẩu khác.")
        new_hash = passwords.hashed(new)
        with self._database.writing() as connection:
            self._refuse_changed(connection, row)
            now = self._now()
            values = {"password_hash": new_hash, "must_change": False, "password_set_at": now}
            stored_accounts.store_change(connection, row, values, now, login, "password-changed")
            logins.end_all(connection, row["id"])
            logins.forgive(connection, login)
            token = logins.start(connection, row["id"], self._now(), self.options)
        return replace(session, token=token, csrf=logins.csrf_of(token), must_change=False)

    # --- administering --------------------------------------------------------------------------------------------

    def first_administrator(self) -> tuple[str, str] | None:
        """Login and one-time password of an administrator made because there is no account yet; else None."""
        password = passwords.one_time_password()
        password_hash = passwords.hashed(password)
        with self._changing() as connection:
            if not stored_accounts.is_empty(connection):
                return None
            values = {"login": FIRST_LOGIN, "name": FIRST_NAME, "role": Role.ADMINISTRATOR, "places": None}
            stored_accounts.add(connection, values, password_hash, self._now(), CONSOLE)
        return FIRST_LOGIN, password

    def create(
        self, login: str, name: str, role: Role, places: Collection[str] | None, by: str = CONSOLE
    ) -> str:
        """Make an account and return its one-time password.

        ``places``: codes, None = all (always so for administrators, who see no entries). Raises
        ``AccountError``.
        """
        values = _new_account(login, name, role, places)
        password = passwords.one_time_password()
        password_hash = passwords.hashed(password)
        with self._changing() as connection:
            add_account(connection, values, password_hash, self._now(), by)
        return password

    def create_all(self, wanted: Sequence[NewAccount], by: str) -> tuple[tuple[str, str], ...]:
        """Make several accounts, all or none, and return login and one-time password of each.

        Raises:
            AccountError: One of them cannot be made; the message names it.
        """
        made = []
        for one in wanted:
            password = passwords.one_time_password()
            made.append((_new_account(*one), password, passwords.hashed(password)))
        with self._changing() as connection:
            for values, _, password_hash in made:
                try:
                    add_account(connection, values, password_hash, self._now(), by)
                except AccountError as refused:
                    raise AccountError(f"{values['login']}: {refused.message}") from None
        return tuple((values["login"], password) for values, password, _ in made)

    def rename(self, login: str, name: str, by: str = CONSOLE) -> None:
        """Write another name of a person.

        Raises:
            AccountError: It is no name.
        """
        cleaned = stored_accounts.name_of(name)
        with self._changing() as connection:
            row = stored_accounts.known_row(connection, login)
            if row["name"] != cleaned:
                stored_accounts.store_change(
                    connection, row, {"name": cleaned}, self._now(), by, "account-renamed"
                )

    def reset_password(self, login: str, by: str = CONSOLE) -> str:
        """A new one-time password; the person's sessions end and their wrong tries are forgiven.

        Whoever makes a password for a supervisor or administrator could come in as they: see ``confirmations``.
        """
        password = passwords.one_time_password()
        password_hash = passwords.hashed(password)
        with self._changing() as connection:
            row = stored_accounts.known_row(connection, login)
            now = self._now()
            values = {"password_hash": password_hash, "must_change": True, "password_set_at": now}
            change_account(connection, row, values, AccountChange.PASSWORD_RESET, now, by)
            logins.end_all(connection, row["id"])
            logins.forgive(connection, row["login"])
        return password

    def deactivate(self, login: str, by: str = CONSOLE) -> None:
        """Close an account, from this moment.

        Raises:
            AccountError: It is the last administrator.
        """
        with self._changing() as connection:
            row = stored_accounts.known_row(connection, login)
            stored_accounts.refuse_last_administrator(connection, row)
            now = self._now()
            change_account(connection, row, {"active": False}, AccountChange.DEACTIVATED, now, by)
            logins.end_all(connection, row["id"])
            self._fewer_at_work(connection, now)

    def activate(self, login: str, by: str = CONSOLE) -> None:
        with self._changing() as connection:
            row = stored_accounts.known_row(connection, login)
            if is_waiting(connection, row["id"]):
                raise AccountError(
                    "Tài khoản này chờ một người quản trị khác xác nhận; chưa cho dùng lại được."
                )
            change_account(connection, row, {"active": True}, AccountChange.ACTIVATED, self._now(), by)

    def set_duties(self, login: str, role: Role, places: Collection[str] | None, by: str = CONSOLE) -> None:
        """Set a person's role and places (codes, None = all), which apply from their next request on.

        Raises:
            AccountError: It is the last administrator.
        """
        codes = stored_accounts.places_of(role, places)
        with self._changing() as connection:
            row = stored_accounts.known_row(connection, login)
            if role is not Role.ADMINISTRATOR:
                stored_accounts.refuse_last_administrator(connection, row)
            duties = {"role": role, "places": codes}
            now = self._now()
            change_account(connection, row, duties, AccountChange.DUTIES_SET, now, by, duties)
            self._fewer_at_work(connection, now)

    def open_acts(self) -> tuple[OpenAct, ...]:
        """Changes of the accounts of supervisors and administrators that nobody else has confirmed, oldest first."""
        with self._database.reading() as connection:
            return open_acts(connection)

    def answer_act(self, person: Person, act_id: int, *, confirmed: bool) -> None:
        """Confirm or refuse a change of an account that somebody else made.

        An account that waited for it is in use from then on when it is confirmed, and stays out of use when not.

        Raises:
            NotThere: It is answered already.
            NotYours: The person may not answer it.
        """
        with self._changing() as connection:
            now = self._now()
            act = answer(connection, act_id, CONFIRMED if confirmed else DISMISSED, person, now)
            if confirmed and act["waits"] and not is_waiting(connection, act["account_id"]):
                row = stored_accounts.known_row(connection, act["login"])
                stored_accounts.store_change(
                    connection, row, {"active": True}, now, person.login, "account-activated"
                )

    def list(self) -> tuple[Account, ...]:
        """By login, those in use first."""
        with self._database.reading() as connection:
            return stored_accounts.all_accounts(connection)

    def names(self) -> dict[str, str]:
        """Return the name of every person by login, those whose accounts are closed included."""
        return {one.person.login: one.person.name for one in self.list()}

    def places(self) -> tuple[KnownPlace, ...]:
        """The registration places that have books here."""
        with self._database.reading() as connection:
            return stored_accounts.known_places(connection)

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """A transaction in which nobody else adds or changes accounts."""
        with self._database.writing() as connection:
            hold(connection, Whole.ACCOUNTS)
            yield connection

    def _let_in(
        self, connection: Connection, tried: RowMapping, newer_hash: str | None, address: str
    ) -> Session:
        """A session for an account whose password was just proven.

        It is looked at again, as it may have changed while the password was hashed.
        """
        row = self._refuse_changed(connection, tried)
        now = self._now()
        age = now - row["password_set_at"]
        too_old = row["must_change"] and not -CLOCK_DIFFERENCE <= age <= self.options.one_time
        if not row["active"] or too_old:
            raise LoginRefused(REFUSED)
        logins.forgive(connection, row["login"], address)
        stored_accounts.note_login(connection, row, now, newer_hash or row["password_hash"])
        return _session(logins.start(connection, row["id"], now, self.options), row)

    @staticmethod
    def _refuse_changed(connection: Connection, tried: RowMapping) -> RowMapping:
        row = stored_accounts.known_row(connection, tried["login"])
        if row["password_hash"] != tried["password_hash"]:
            raise LoginRefused(REFUSED)
        return row


def _session(token: str, row: RowMapping) -> Session:
    return Session(token, logins.csrf_of(token), stored_accounts.person_of(row), row["must_change"])


def _new_account(login: str, name: str, role: Role, places: Collection[str] | None) -> dict[str, Any]:
    """Return what is stored of a new account. Raises ``AccountError``."""
    return {
        "login": stored_accounts.login_of(login),
        "name": stored_accounts.name_of(name),
        "role": role,
        "places": stored_accounts.places_of(role, places),
    }


MOST_NAMED = 5


def refuse_unknown_places(
    accounts: Accounts, codes: Collection[str] | None, is_unit: Callable[[str], bool], login: str = ""
) -> None:
    """Refuse codes of registration places that do not exist.

    A place exists when a book here is of it, when the account has it already, or when it is an administrative unit.

    Args:
        codes: The codes; None: all places.
        is_unit: Whether an administrative unit has that code.
        login: The account that gets them, where it is there already.

    Raises:
        AccountError: It names the codes.
    """
    wanted = {code.strip() for code in codes or ()} - {""}
    known = {place.code for place in accounts.places()} if wanted else set()
    if wanted - known and login:
        for one in accounts.list():
            known |= (one.person.places or frozenset()) if one.person.login == login else frozenset()
    unknown = sorted(code for code in wanted - known if not is_unit(code))
    if unknown:
        named = ", ".join(f"“{code[:40]}”" for code in unknown[:MOST_NAMED])
        raise AccountError(
            f"Không có nơi đăng ký nào mang mã {named}. Hãy chọn nơi trong danh sách, ghi mã đơn vị hành chính, "
            "hoặc cho xem mọi nơi."
        )
