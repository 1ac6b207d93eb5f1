"""Defaults that became easier with a new version: an office that left them unset keeps what it had.

The former value is written into ``office.toml`` when the server starts, so that from then on it is a setting like any
other, which two people loosen.
"""

from __future__ import annotations

import tomllib

from pipeline.base.staff_toml_edits import with_keys
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.office.review import REVIEW
from pipeline.registry import Registry
from pipeline.registry.accounts.model import CONSOLE
from pipeline.web.supervising.staff_file_desk import StaffFileDesk

FORMER = {"check": "all", "blind": "critical"}
"""What ``[review]`` meant before where a key was not set; its defaults are easier now."""


def keep_former_defaults(registry: Registry, desk: StaffFileDesk[OfficePolicies]) -> bool:
    """Write the former defaults of an office that worked with them into its file; return whether there were any.

    An office worked with them if they held when the program last noted what holds, or if it never noted that and
    somebody has signed in.

    Args:
        desk: Edits ``office.toml``, which has no flaws.

    Raises:
        SettingsRefused: The file cannot be read or edited.
        StorageError: It cannot be written.
    """
    noted = registry.noted_policies()
    if noted is None and not any(account.last_login_at for account in registry.accounts().list()):
        return False
    held = FORMER if noted is None else noted.get(REVIEW.name, {})
    file = desk.read()
    set_keys = tomllib.loads(file.text).get(REVIEW.name, {})
    kept = {key: value for key, value in FORMER.items() if key not in set_keys and held.get(key) == value}
    if not kept:
        return False
    lines = [
        f"Nâng cấp phần mềm, giữ như trước: {setting.label}: {setting.words(kept[setting.name], {})}"
        for setting in REVIEW.settings
        if setting.name in kept
    ]
    desk.change(
        file.digest,
        lambda text: with_keys(text, REVIEW.name, kept),
        author=CONSOLE,
        lines=lines,
        note=lambda _number, _digest: None,
    )
    return True
