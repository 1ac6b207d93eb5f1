"""Sign-ins through a provider as the rest of the house sees them, and what can be refused."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.registry.model.accounts import LoginRefused, Role

SENTENCES = {
    "no-role": "Tài khoản chung này chưa được giao việc gì ở đây. Hãy hỏi người quản trị xem nhóm của bạn đã được giao "
    "vai trò chưa.",
    "locked": "Tài khoản này đang ngừng dùng ở đây. Hãy hỏi người quản trị.",
    "waits": "Tài khoản này chờ một người quản trị xác nhận rồi mới dùng được. Hãy báo người quản trị mở "
    "trang Xác nhận.",
    "last-administrator": "Tài khoản này là người quản trị duy nhất nên vai trò không đổi theo nhóm được. Hãy giao "
    "quyền quản trị cho người khác trước.",
}


class SignInRefused(LoginRefused):
    """The provider vouches for a person who may not come in here. ``reason``: one of ``SENTENCES``."""

    code = "sign-in-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(SENTENCES[reason])
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ExternalPerson:
    """A person for whom a provider vouches.

    Attributes:
        issuer: The provider.
        subject: Who it is there; with ``issuer`` the only thing that tells people apart.
        name: The name to show of a new account.
        login: What to derive the login of a new account from.
        role: The role that the groups of the person grant; None: none.
        places: The places that they grant, as codes; None: all.
    """

    issuer: str
    subject: str
    name: str
    login: str
    role: Role | None
    places: tuple[str, ...] | None
