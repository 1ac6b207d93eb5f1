"""``[sign_in]`` of ``office.toml`` in the browser: its form, a change in words, and what makes something easier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.base.staff_toml_edits import with_table, without_table
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.registry.accounts.model import ROLE_WORDS, Role
from pipeline.web.sign_in_provider.policy import GRANTED, TABLE, SignInPolicy

TITLE = "Đăng nhập bằng tài khoản chung"

LABELS = {
    "issuer": "Nơi cấp tài khoản",
    "client_id": "Mã của hotich ở nơi cấp",
    "address": "Địa chỉ mở hotich",
    "claim": "Nhóm ghi ở đâu trong lời xác nhận",
}
"""The keys that are no rows, with their labels."""

HELP = {
    "issuer": "Địa chỉ mà nơi cấp khai là issuer, qua https.",
    "client_id": "client_id mà nơi cấp đã giao.",
    "address": "https, tên máy và cổng mà trình duyệt mở hotich; địa chỉ trả về ở nơi cấp là địa chỉ này thêm "
    "/sign-in/callback.",
    "claim": "Thường là groups.",
}

EVERYWHERE = "mọi nơi"
SPARE_ROWS = 3
"""Empty rows for new groups in the form."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A row of the form: the group's name at the provider, its role, its places as typed."""

    name: str = ""
    role: str = Role.REVIEWER.value
    places: str = ""


@dataclass(frozen=True, slots=True)
class SignInForm:
    """The form as typed; ``off``: nobody signs in through a provider."""

    values: Mapping[str, str]
    groups: tuple[GroupRow, ...]
    off: bool = False

    @classmethod
    def of(cls, policy: SignInPolicy | None) -> SignInForm:
        """Return the form that shows a policy."""
        if policy is None:
            return cls({**dict.fromkeys(LABELS, ""), "claim": "groups"}, (), off=True)
        groups = (
            GroupRow(one.name, one.role.value, EVERYWHERE if one.places is None else ", ".join(one.places))
            for one in policy.group
        )
        return cls({key: getattr(policy, key) for key in LABELS}, tuple(groups))

    @classmethod
    def typed(cls, form: Mapping[str, Sequence[str]]) -> SignInForm:
        """Return the form that a person sent; rows without any text are left out."""
        columns = [form.get(f"group_{key}", ()) for key in ("name", "role", "places")]
        rows = (GroupRow(*(text.strip() for text in row)) for row in zip(*columns, strict=False))
        values = {key: "".join(form.get(key, ())[:1]).strip() for key in LABELS}
        return cls(values, tuple(row for row in rows if row.name or row.places), off=bool(form.get("off")))

    @property
    def rows(self) -> tuple[GroupRow, ...]:
        """The rows to show, spare ones included."""
        return (*self.groups, *[GroupRow()] * SPARE_ROWS)

    def edited(self, text: str) -> str:
        """Return the text of ``office.toml`` with the form's settings.

        Raises:
            SettingsRefused: A row is incomplete.
        """
        if self.off:
            return without_table(text, TABLE)
        lacking = next((label for key, label in LABELS.items() if not self.values[key]), "")
        if lacking:
            raise SettingsRefused(f"{lacking}: hãy ghi, không để trống.")
        if not self.groups:
            raise SettingsRefused("Hãy ghi ít nhất một nhóm; không nhóm nào thì không ai vào được.")
        rows = [_row(number, group) for number, group in enumerate(self.groups, 1)]
        return with_table(text, TABLE, self.values, "group", rows)


def _row(number: int, group: GroupRow) -> dict[str, Any]:
    if not group.name:
        raise SettingsRefused(f"Nhóm thứ {number}: hãy ghi tên nhóm ở nơi cấp.")
    if group.role not in GRANTED:
        raise SettingsRefused(f"Nhóm “{group.name}”: hãy chọn vai trò trong danh sách.")
    if not group.places:
        raise SettingsRefused(f"Nhóm “{group.name}”: hãy ghi mã các nơi đăng ký, hay “{EVERYWHERE}”.")
    row: dict[str, Any] = {"name": group.name, "role": group.role}
    if group.places.casefold() != EVERYWHERE:
        row["places"] = sorted({code.strip() for code in group.places.split(",") if code.strip()})
    return row


def held_sign_in(policy: SignInPolicy | None) -> dict[str, Any]:
    """Return a policy as JSON holds it, to be kept and compared later; nothing where there is none."""
    return {} if policy is None else policy.model_dump(mode="json")


def sign_in_lines(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return a change in words; both as ``held_sign_in`` returns them."""
    if not after:
        return ["tắt"] if before else []
    lines = [
        f"{label}: {before.get(key) or '(trống)'} → {after[key]}"
        for key, label in LABELS.items()
        if before.get(key) != after[key]
    ]
    old = {group["name"]: _words(group) for group in before.get("group", ())}
    new = {group["name"]: _words(group) for group in after["group"]}
    lines += [f"Bỏ nhóm “{name}” ({words})" for name, words in old.items() if name not in new]
    lines += [
        f"Nhóm “{name}”: {old.get(name, '(chưa có)')} → {words}"
        for name, words in new.items()
        if old.get(name) != words
    ]
    if not lines and list(old) != list(new):
        lines.append(f"Thứ tự các nhóm: {', '.join(new)}")
    return lines


def loosened_sign_in(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return what a change makes easier, in words: every change but one that only takes something away.

    The first group of a person counts, so that only the last groups can be taken away without effect on the others.
    """
    taken_away = not after or (
        bool(before)
        and all(before[key] == after[key] for key in LABELS)
        and len(after["group"]) <= len(before["group"])
        and all(map(_is_within, after["group"], before["group"]))
    )
    return [] if taken_away else [f"{TITLE}: {line}" for line in sign_in_lines(before, after)]


def _is_within(group: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether a group grants nothing that the other does not."""
    same = (group["name"], group["role"]) == (other["name"], other["role"])
    if other["places"] is None or group["places"] is None:
        return same and other["places"] is None
    return same and set(group["places"]) <= set(other["places"])


def _words(group: Mapping[str, Any]) -> str:
    places = EVERYWHERE if group["places"] is None else ", ".join(group["places"])
    return f"{ROLE_WORDS[Role(group['role'])]}, {places}"
