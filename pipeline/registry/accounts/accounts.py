"""Accounts as the rest of the program uses them: one transaction for each call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from pipeline.registry.accounts import logins, passwords, stored_accounts
from pipeline.registry.accounts.logins import (
    CONFIRMED,
    DISMISSED,
    answer,
    is_closed_since,
    is_waiting,
    open_acts,
)
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
from pipeline.registry.accounts.rows import AccountRow, account, login_session
from pipeline.registry.accounts.stored_accounts import add_account, change_account, tampered
from pipeline.registry.database.audit import note_use
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
    """Accounts, their sessions and their duties.

    Passwords and tokens are handed out once; only their hashes are stored.

    Args:
        fewer_at_work: Called when an account loses duties, within the transaction that takes them away.
        now: Returns the time in UTC.
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
        right = passwords.is_right(row.password_hash if row else None, password)
        if not right or row is None:
            raise LoginRefused(REFUSED)
        newer_hash = passwords.hashed(password) if passwords.is_outdated(row.password_hash) else None
        try:
            with self._database.writing() as connection:
                return self._let_in(connection, row, newer_hash, address)
        except RowTampered as found:
            raise AccountTampered(
                "Tài khoản này đã bị sửa ngoài chương trình nên chưa đăng nhập được. Hãy báo người quản trị chạy "
                "“hotich audit verify”, rồi “hotich audit settle”."
            ) from found

    def session(self, token: str, *, is_used: bool = True) -> Session | None:
        """Return the session of a token, with the present role and places; None if the session is over.

        Args:
            token: The secret of the session.
            is_used: Whether this call counts as use, which prolongs the session.
        """
        now = self._now()
        with self._database.reading() as connection:
            row = logins.holder(connection, token, now, self.options)
            if row is None:
                return None
            wrong = tampered(self._database, connection, (account, row.id), (login_session, row.session_id))
        if wrong is not None:
            if wrong.untold:
                self._database.tell_tampering(wrong)
            return None
        if is_used and now - row.seen_at >= logins.NOTE_USE_EVERY:
            with self._database.writing() as connection:
                note_use(connection, login_session, login_session.c.id == row.session_id, seen_at=now)
        return _session(token, row)

    def clear_sessions(self) -> None:
        """Delete expired sessions. It runs at night, because a wrong clock would end all sessions."""
        with self._database.writing() as connection:
            logins.clear_away(connection, self._now(), self.options)

    def end(self, token: str) -> None:
        """End the session of a token; an unknown token is ignored."""
        with self._database.writing() as connection:
            logins.end(connection, token)

    def change_password(self, session: Session, old: str, new: str, address: str) -> Session:
        """Change the password of a person; end all their sessions and return a new one.

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
        if not passwords.is_right(row.password_hash, old):
            raise LoginRefused("Mật khẩu hiện nay không đúng. Hãy nhập lại.")
        if passwords.is_right(row.password_hash, new):
            raise AccountError("Mật khẩu mới trùng mật khẩu hiện nay. Hãy chọn mật khẩu khác.")
        new_hash = passwords.hashed(new)
        with self._database.writing() as connection:
            self._refuse_changed(connection, row)
            now = self._now()
            values = {"password_hash": new_hash, "must_change": False, "password_set_at": now}
            stored_accounts.store_change(connection, row, values, now, login, "password-changed")
            logins.end_all(connection, row.id)
            logins.forgive(connection, login)
            token = logins.start(connection, row.id, self._now(), self.options)
        return replace(session, token=token, csrf=logins.csrf_of(token), must_change=False)

    # --- administering --------------------------------------------------------------------------------------------

    def first_administrator(self) -> tuple[str, str] | None:
        """Make the first administrator; return login and one-time password, or None if there is an account already."""
        password = passwords.one_time_password()
        password_hash = passwords.hashed(password)
        with self._changing() as connection:
            if not stored_accounts.is_empty(connection):
                return None
            wanted = NewAccount(FIRST_LOGIN, FIRST_NAME, Role.ADMINISTRATOR, None)
            stored_accounts.add(connection, wanted, password_hash, self._now(), CONSOLE)
        return FIRST_LOGIN, password

    def create(
        self, login: str, name: str, role: Role, places: Collection[str] | None, by: str = CONSOLE
    ) -> str:
        """Make an account and return its one-time password.

        Args:
            places: Place codes; None: all. Administrators, who see no entries, always have None.

        Raises:
            AccountError: The login is taken, or a value is invalid.
        """
        wanted = _new_account(login, name, role, places)
        password = passwords.one_time_password()
        password_hash = passwords.hashed(password)
        with self._changing() as connection:
            add_account(connection, wanted, password_hash, self._now(), by)
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
            for new, _, password_hash in made:
                try:
                    add_account(connection, new, password_hash, self._now(), by)
                except AccountError as refused:
                    raise AccountError(f"{new.login}: {refused.message}") from None
        return tuple((new.login, password) for new, password, _ in made)

    def rename(self, login: str, name: str, by: str = CONSOLE) -> None:
        """Change the name of a person.

        Raises:
            AccountError: The name is empty, too long or holds hidden characters.
        """
        cleaned = stored_accounts.name_of(name)
        with self._changing() as connection:
            row = stored_accounts.known_row(connection, login)
            if row.name != cleaned:
                stored_accounts.store_change(
                    connection, row, {"name": cleaned}, self._now(), by, "account-renamed"
                )

    def reset_password(self, login: str, by: str = CONSOLE) -> str:
        """Return a new one-time password; end the person's sessions and delete their failed logins.

        The person who makes a password could log in as its owner; therefore a second person confirms it for
        supervisors and administrators (``logins``).
        """
        password = passwords.one_time_password()
        password_hash = passwords.hashed(password)
        with self._changing() as connection:
            row = stored_accounts.known_row(connection, login)
            now = self._now()
            values = {"password_hash": password_hash, "must_change": True, "password_set_at": now}
            change_account(connection, row, values, AccountChange.PASSWORD_RESET, now, by)
            logins.end_all(connection, row.id)
            logins.forgive(connection, row.login)
        return password

    def deactivate(self, login: str, by: str = CONSOLE) -> None:
        """Close an account at once.

        Raises:
            AccountError: It is the last administrator.
        """
        with self._changing() as connection:
            row = stored_accounts.known_row(connection, login)
            stored_accounts.refuse_last_administrator(connection, row)
            now = self._now()
            change_account(connection, row, {"active": False}, AccountChange.DEACTIVATED, now, by)
            logins.end_all(connection, row.id)
            self._fewer_at_work(connection, now)

    def activate(self, login: str, by: str = CONSOLE) -> None:
        with self._changing() as connection:
            row = stored_accounts.known_row(connection, login)
            if is_waiting(connection, row.id):
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
        """Return the unconfirmed changes of accounts of supervisors and administrators, oldest first."""
        with self._database.reading() as connection:
            return open_acts(connection)

    def answer_act(self, person: Person, act_id: int, *, confirmed: bool) -> None:
        """Confirm or refuse a change of an account that somebody else made.

        Confirmation puts a waiting account into use, unless somebody has closed it since; refusal leaves it out of use.

        Raises:
            NotThere: It is answered already.
            NotYours: The person may not answer it.
            RowTampered: Its row is not the program's own.
        """
        with self._changing() as connection:
            now = self._now()
            act = answer(connection, act_id, CONFIRMED if confirmed else DISMISSED, person, now)
            stays_out = is_waiting(connection, act.account_id) or is_closed_since(connection, act)
            if confirmed and act.waits and not stays_out:
                row = stored_accounts.known_row(connection, act.login)
                stored_accounts.store_change(
                    connection, row, {"active": True}, now, person.login, "account-activated"
                )

    def list(self) -> tuple[Account, ...]:
        """Return all accounts by login, active ones first."""
        with self._database.reading() as connection:
            return stored_accounts.all_accounts(connection)

    def names(self) -> dict[str, str]:
        """Return the name of every person by login, including closed accounts."""
        return {one.person.login: one.person.name for one in self.list()}

    def places(self) -> tuple[KnownPlace, ...]:
        """Return the registration places of the books in the registry."""
        with self._database.reading() as connection:
            return stored_accounts.known_places(connection)

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """Open a transaction in which no other one adds or changes accounts."""
        with self._database.writing() as connection:
            hold(connection, Whole.ACCOUNTS)
            yield connection

    def _let_in(
        self, connection: Connection, tried: AccountRow, newer_hash: str | None, address: str
    ) -> Session:
        """Return a session for an account whose password was just verified.

        The account is read again, because it may have changed while the password was hashed.
        """
        row = self._refuse_changed(connection, tried)
        now = self._now()
        age = now - row.password_set_at
        too_old = row.must_change and not -CLOCK_DIFFERENCE <= age <= self.options.one_time
        if not row.active or too_old:
            raise LoginRefused(REFUSED)
        logins.forgive(connection, row.login, address)
        logins.know(connection, row.id, row.login, address, now)
        stored_accounts.note_login(connection, row, now, newer_hash or row.password_hash)
        return _session(logins.start(connection, row.id, now, self.options), row)

    @staticmethod
    def _refuse_changed(connection: Connection, tried: AccountRow) -> AccountRow:
        row = stored_accounts.known_row(connection, tried.login)
        if row.password_hash != tried.password_hash:
            raise LoginRefused(REFUSED)
        return row


def _session(token: str, row: AccountRow) -> Session:
    return Session(token, logins.csrf_of(token), stored_accounts.person_of(row), row.must_change)


def _new_account(login: str, name: str, role: Role, places: Collection[str] | None) -> NewAccount:
    """Return a new account as it is stored. Raises ``AccountError``."""
    codes = stored_accounts.places_of(role, places)
    return NewAccount(
        stored_accounts.login_of(login),
        stored_accounts.name_of(name),
        role,
        None if codes is None else tuple(codes),
    )


MOST_NAMED = 5


def refuse_unknown_places(
    accounts: Accounts, codes: Collection[str] | None, is_unit: Callable[[str], bool], login: str = ""
) -> None:
    """Refuse codes of registration places that do not exist.

    A place exists if a book or the account itself has it, or if it is an administrative unit.

    Args:
        codes: The codes; None: all places.
        is_unit: Whether an administrative unit has that code.
        login: The existing account that gets them; ``""``: a new account.

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
