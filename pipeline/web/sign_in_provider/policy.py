"""``[sign_in]`` of ``office.toml``: which provider people may sign in through, and what their groups may do here."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from pipeline.base.errors import SetupError
from pipeline.base.files import read_private_file
from pipeline.base.outbound import OutboundAddress, read_address
from pipeline.base.staff_tables import FLAW, FLAW_OF_ROW, Wanted, checked_table, outbound_address
from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.schema import Declaration
from pipeline.registry.accounts.model import Role

TABLE = "sign_in"
GRANTED = tuple(role for role in Role if role is not Role.ADMINISTRATOR)
"""The roles that a group may grant: no group makes an administrator."""
MOST_LETTERS = 200

Text = Annotated[
    str,
    Field(max_length=MOST_LETTERS, pattern=r"\S"),
    Wanted(f"phải là chữ, không quá {MOST_LETTERS} ký tự"),
]


def _check_granted(role: Role) -> Role:
    if role not in GRANTED:
        raise PydanticCustomError(
            FLAW_OF_ROW,
            "không nhóm nào được cấp vai trò quản trị; người quản trị dùng tài khoản riêng ở đây",
        )
    return role


def _check_issuer(issuer: str) -> str:
    if "?" in issuer:
        raise PydanticCustomError(FLAW, "không được có dấu hỏi")
    return issuer


def _check_desk(address: str) -> str:
    address = address.rstrip("/")
    if address.count("/") > 2:
        raise PydanticCustomError(FLAW, "chỉ gồm https://, tên máy và cổng, không có đường dẫn")
    return address


class GroupDuties(Declaration):
    """What people of a group may do.

    Attributes:
        name: The group, as the provider names it.
        places: Codes of the registration places; None: all.
    """

    name: Annotated[str, Wanted("phải là tên một nhóm")] = Field(max_length=MOST_LETTERS, pattern=r"\S")
    role: Annotated[Role, Wanted(f"phải là một trong: {', '.join(GRANTED)}"), AfterValidator(_check_granted)]
    places: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[\w.:-]{1,40}$")], ...] | None,
        Wanted("phải là danh sách mã nơi đăng ký; bỏ hẳn khóa ấy nếu là mọi nơi"),
        AfterValidator(lambda places: places and tuple(sorted(set(places)))),
    ] = Field(default=None, min_length=1)


class SignInPolicy(Declaration):
    """Which provider people may sign in through.

    Attributes:
        issuer: The provider, as it names itself.
        client_id: This program, as the provider names it.
        address: Where browsers find this program: scheme, name and port.
        claim: Where the provider's statement names groups.
        group: What groups may do; the first that a person is in counts.
    """

    ELSEWHERE: ClassVar[str] = " Bí mật nằm ở tệp sign_in.key."

    issuer: Annotated[
        str, Wanted("phải là một địa chỉ"), AfterValidator(_check_issuer), outbound_address("issuer")
    ]
    client_id: Text
    address: Annotated[
        str, Wanted("phải là một địa chỉ"), outbound_address("address"), AfterValidator(_check_desk)
    ]
    claim: Text = "groups"
    group: Annotated[
        tuple[GroupDuties, ...], Wanted(missing=": phải có ít nhất một mục [[sign_in.group]].")
    ] = Field(min_length=1)

    @field_validator("group")
    @classmethod
    def _check_names(cls, groups: tuple[GroupDuties, ...]) -> tuple[GroupDuties, ...]:
        names = [group.name for group in groups]
        twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
        if twice is not None:
            raise PydanticCustomError(FLAW_OF_ROW, "nhóm “{name}” đã có ở trên", {"name": twice})
        return groups

    @property
    def at(self) -> OutboundAddress:
        """The address of the provider."""
        found, _ = read_address(self.issuer, "issuer")
        assert found is not None
        return found

    def duties_of(self, names: Collection[str]) -> GroupDuties | None:
        """Return what somebody in those groups may do; None: nothing."""
        return next((one for one in self.group if one.name in names), None)


def sign_in_secret(path: Path) -> str:
    """Return the secret that the provider gave to this program.

    Raises:
        SetupError: The file is not there or holds no secret.
        SecurityError: Others may read it.
    """
    try:
        secret = read_private_file(path).decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        secret = ""
    if not secret or not secret.isprintable() or len(secret) > MOST_LETTERS * 5:
        raise SetupError(
            f"Chưa đọc được bí mật đăng nhập ở {path}. Hãy ghi bí mật mà nơi cấp tài khoản đã giao vào tệp ấy, một "
            "dòng, rồi “chmod 600”."
        )
    return secret


def read_sign_in(path: Path) -> SignInPolicy | None:
    """Return what the file at ``path`` sets; None: people sign in with local accounts alone.

    Raises:
        SchemaError: Names every flaw with its line.
    """
    if not path.exists():
        return None
    file = StaffFile(path)
    if TABLE not in file.table:
        return None
    policy = checked_table(file, TABLE, SignInPolicy)
    file.refuse_flaws()
    return policy
