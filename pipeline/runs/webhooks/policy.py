"""``[webhook]`` of ``office.toml``: the address that is notified of ready books."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from pipeline.base.outbound import OutboundAddress, read_address
from pipeline.base.staff_tables import Wanted, checked_table, outbound_address
from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.schema import Declaration

TABLE = "webhook"


class WebhookKeys(Declaration):
    """Keys of ``[webhook]``."""

    ELSEWHERE: ClassVar[str] = " Bí mật ký tên nằm ở tệp webhook.key."

    url: Annotated[str, Wanted("phải là một địa chỉ"), outbound_address("url")] = Field(
        description="địa chỉ nhận tin, qua TLS; không có TLS thì chỉ trên chính máy này"
    )


def read_webhook(path: Path) -> OutboundAddress | None:
    """Return the address in a file; ``None``: none is set.

    Raises:
        SchemaError: Lists every flaw with its line.
    """
    if not path.exists():
        return None
    file = StaffFile(path)
    if TABLE not in file.table:
        return None
    keys = checked_table(file, TABLE, WebhookKeys)
    file.refuse_flaws()
    assert keys is not None  # a missing table is a flaw, refused above
    return read_address(keys.url)[0]
