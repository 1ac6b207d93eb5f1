"""``[webhook]`` of ``office.toml``: where other systems are told that a book is ready.

.. code-block:: toml

    [webhook]
    url = "https://nhan.example.gov.vn/hotich"    # TLS; without it only on this machine
"""

from __future__ import annotations

from pathlib import Path

from pipeline.base.outbound import OutboundAddress, read_address
from pipeline.base.staff_toml import StaffFile

TABLE = "webhook"


def read_webhook(path: Path) -> OutboundAddress | None:
    """Return what the file at ``path`` sets; None: nobody is told.

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
        if key != "url":
            file.flaw_of_table(
                TABLE, key, f"khóa lạ “{key}”; chỉ có “url”. Bí mật ký tên nằm ở tệp webhook.key."
            )
    url = table.get("url", "")
    policy, flaw = read_address(url) if isinstance(url, str) else (None, "“url” phải là một địa chỉ.")
    if flaw:
        file.flaw_of_table(TABLE, "url", flaw)
    file.refuse_flaws()
    return policy
