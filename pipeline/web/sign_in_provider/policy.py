"""``[sign_in]`` of ``office.toml``: which provider people may sign in through, and what their groups may do here.

.. code-block:: toml

    [sign_in]
    issuer = "https://dangnhap.example.gov.vn/realms/tinh"   # TLS; without it only on this machine
    client_id = "hotich"
    address = "https://hotich.example.gov.vn"                # where browsers find this program
    claim = "groups"                                         # where the provider names groups

    [[sign_in.group]]                                        # the first that a person is in counts
    name = "ho-tich-ra-soat"
    role = "reviewer"
    places = ["00001"]                                       # left out: all places
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.base.errors import SetupError
from pipeline.base.files import read_private_file
from pipeline.base.outbound import OutboundAddress, read_address
from pipeline.base.staff_toml import StaffFile
from pipeline.registry.accounts.model import Role

TABLE = "sign_in"
KEYS = ("issuer", "client_id", "address", "claim", "group")
GROUP_KEYS = ("name", "role", "places")
GRANTED = tuple(role for role in Role if role is not Role.ADMINISTRATOR)
"""The roles that a group may grant: no group makes an administrator."""
PLACE = re.compile(r"[\w.:-]{1,40}")
MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class GroupDuties:
    """What people of a group may do.

    Attributes:
        name: The group, as the provider names it.
        role: Their role.
        places: Codes of the registration places; None: all.
    """

    name: str
    role: Role
    places: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class SignInPolicy:
    """Which provider people may sign in through.

    Attributes:
        issuer: The provider, as it names itself.
        at: Its address.
        client_id: This program, as the provider names it.
        address: Where browsers find this program: scheme, name and port.
        claim: Where the provider's statement names groups.
        groups: What groups may do; the first that a person is in counts.
    """

    issuer: str
    at: OutboundAddress
    client_id: str
    address: str
    claim: str
    groups: tuple[GroupDuties, ...]

    def duties_of(self, names: Collection[str]) -> GroupDuties | None:
        """Return what somebody in those groups may do; None: nothing."""
        return next((one for one in self.groups if one.name in names), None)


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
    table = file.own_table(TABLE)
    for key in table:
        if key not in KEYS:
            file.flaw_of_table(
                TABLE, key, f"khóa lạ “{key}”; có {', '.join(KEYS)}. Bí mật nằm ở tệp sign_in.key."
            )
    at, issuer = _address(file, table, "issuer")
    _, address = _address(file, table, "address")
    if address.count("/") > 2:
        file.flaw_of_table(
            TABLE, "address", "“address” chỉ gồm https://, tên máy và cổng, không có đường dẫn."
        )
    if "?" in issuer:
        file.flaw_of_table(TABLE, "issuer", "“issuer” không được có dấu hỏi.")
    client_id, claim = _text(file, table, "client_id", ""), _text(file, table, "claim", "groups")
    groups = _groups(file, table)
    file.refuse_flaws()
    assert at is not None  # else there was a flaw
    return SignInPolicy(issuer, at, client_id, address, claim, groups)


def _address(file: StaffFile, table: Mapping[str, Any], key: str) -> tuple[OutboundAddress | None, str]:
    value = table.get(key, "")
    found, flaw = (
        read_address(value, key) if isinstance(value, str) else (None, f"“{key}” phải là một địa chỉ.")
    )
    if flaw:
        file.flaw_of_table(TABLE, key, flaw)
        return None, ""
    return found, value if key == "issuer" else value.rstrip("/")


def _text(file: StaffFile, table: Mapping[str, Any], key: str, default: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or not value.strip() or len(value) > MOST_LETTERS:
        file.flaw_of_table(TABLE, key, f"“{key}” phải là chữ, không quá {MOST_LETTERS} ký tự.")
        return ""
    return value


def _groups(file: StaffFile, table: Mapping[str, Any]) -> tuple[GroupDuties, ...]:
    """Return the declared groups; flaws are noted at the line of the table."""
    rows = table.get("group", [])
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        file.flaw_of_table(TABLE, "group", "phải có ít nhất một mục [[sign_in.group]].")
        return ()
    found: list[GroupDuties] = []
    for number, row in enumerate(rows, 1):
        flaw = _flaw_of_group(row, {one.name for one in found})
        if flaw:
            file.flaw_of_table(TABLE, "group", f"mục [[sign_in.group]] thứ {number}: {flaw}")
            continue
        places = row.get("places")
        found.append(
            GroupDuties(
                row["name"], Role(row["role"]), None if places is None else tuple(sorted(set(places)))
            )
        )
    return tuple(found)


def _flaw_of_group(row: Mapping[str, Any], named: Collection[str]) -> str:
    unknown = [key for key in row if key not in GROUP_KEYS]
    if unknown:
        return f"khóa lạ “{unknown[0]}”; có {', '.join(GROUP_KEYS)}."
    name, role, places = row.get("name"), row.get("role"), row.get("places")
    if not isinstance(name, str) or not name.strip() or len(name) > MOST_LETTERS:
        return "“name” phải là tên một nhóm."
    if name in named:
        return f"nhóm “{name}” đã có ở trên."
    if role == Role.ADMINISTRATOR:
        return "không nhóm nào được cấp vai trò quản trị; người quản trị dùng tài khoản riêng ở đây."
    if role not in GRANTED:
        return f"“role” phải là một trong: {', '.join(GRANTED)}."
    if places is not None and not (
        isinstance(places, list)
        and places
        and all(isinstance(one, str) and PLACE.fullmatch(one) for one in places)
    ):
        return "“places” phải là danh sách mã nơi đăng ký; bỏ hẳn khóa ấy nếu là mọi nơi."
    return ""
