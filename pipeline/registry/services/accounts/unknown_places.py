"""Registration places that do not exist: an account that is given one would see nothing, and nobody would know why."""

from __future__ import annotations

from collections.abc import Callable, Collection

from pipeline.registry.model.accounts import AccountError
from pipeline.registry.services.accounts.accounts import Accounts

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
