"""``[sign_in]`` of ``office.toml``: the provider, and the duties granted to its groups."""

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
    """The duties of a group's members.

    Attributes:
        name: The group's name at the provider.
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
    """The sign-in through a provider.

    Attributes:
        issuer: The provider's issuer identifier.
        client_id: This program's identifier at the provider.
        address: The public address of this program: scheme, host and port.
        claim: The claim in the provider's statement that lists groups.
        group: Duties by group; the first group that a person belongs to counts.
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
        duplicate = next((name for number, name in enumerate(names) if name in names[:number]), None)
        if duplicate is not None:
            raise PydanticCustomError(FLAW_OF_ROW, "nhóm “{name}” đã có ở trên", {"name": duplicate})
        return groups

    @property
    def at(self) -> OutboundAddress:
        """The address of the provider."""
        address, _ = read_address(self.issuer, "issuer")
        assert address is not None
        return address

    def duties_of(self, names: Collection[str]) -> GroupDuties | None:
        """Return the duties of a member of the groups; None: none."""
        return next((group for group in self.group if group.name in names), None)


def sign_in_secret(path: Path) -> str:
    """Return the client secret from the provider.

    Raises:
        SetupError: The file is missing or holds no secret.
        SecurityError: Others may read the file.
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
    """Return the policy in the file at ``path``; None: people sign in with local accounts alone.

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
