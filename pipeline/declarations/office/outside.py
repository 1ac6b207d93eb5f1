"""``[webhook]`` and ``[mail]`` of ``office.toml``: whom the program tells something outside of the desk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from pipeline.base.outbound import OutboundAddress, is_this_machine, read_address
from pipeline.base.staff_tables import FLAW_OF_ROW, Wanted
from pipeline.declarations.office.settings import ChoiceWords, Looser, SettingTable
from pipeline.declarations.schema import Declaration

ADDRESS = r"[^\s@=;,<>\"]{1,64}@[A-Za-z0-9.-]{1,190}"
"""An e-mail address; the mail server knows better."""


def _check_url(url: str) -> str:
    _, flaw = read_address(url, "url") if url else (None, "")
    if flaw:
        raise PydanticCustomError(FLAW_OF_ROW, "{flaw}", {"flaw": flaw.removesuffix(".")})
    return url


class WebhookPolicy(Declaration):
    """Keys of ``[webhook]``."""

    ELSEWHERE: ClassVar[str] = " Bí mật ký tên nằm ở tệp webhook.key."

    url: Annotated[
        str,
        Wanted("phải là một địa chỉ"),
        AfterValidator(_check_url),
        Looser.ANY,
    ] = Field(
        default="",
        max_length=500,
        title="Nơi nhận tin khi sổ đủ điều kiện bàn giao",
        description="địa chỉ nhận tin, qua TLS; không có TLS thì chỉ trên chính máy này. Để trống là không báo.",
    )


def _check_people(people: str) -> str:
    for one in filter(None, (part.strip() for part in people.split(";"))):
        if not re.fullmatch(rf"[^\s=;]{{1,100}}\s*=\s*{ADDRESS}", one):
            raise PydanticCustomError(
                FLAW_OF_ROW,
                "“people” phải là các mục “tên đăng nhập = địa chỉ thư”, cách nhau bằng dấu chấm phẩy",
            )
    return people


class MailPolicy(Declaration):
    """Keys of ``[mail]``."""

    ELSEWHERE: ClassVar[str] = " Mật khẩu gửi thư nằm ở tệp mail.key."

    host: Annotated[str, Wanted("phải là tên máy chủ thư"), Looser.ANY] = Field(
        default="",
        max_length=200,
        pattern=r"[A-Za-z0-9.:-]*",
        title="Máy chủ thư (SMTP)",
        description="Tên máy, như mail.tinh.gov.vn. Để trống là không gửi thư.",
    )
    port: Annotated[int, Looser.ANY] = Field(
        default=587, ge=1, le=65535, strict=True, title="Cổng", description="587 với STARTTLS, 465 với TLS."
    )
    security: Annotated[
        Literal["starttls", "tls", "none"],
        Looser.ANY,
        ChoiceWords({"starttls": "STARTTLS", "tls": "TLS", "none": "không mã hóa (chỉ chính máy này)"}),
    ] = Field(default="starttls", title="Mã hóa", description="Không mã hóa thì chỉ được với chính máy này.")
    sender: Annotated[str, Wanted("phải là một địa chỉ thư"), Looser.NEVER] = Field(
        default="",
        max_length=255,
        pattern=rf"({ADDRESS})?",
        title="Địa chỉ gửi",
        description="Địa chỉ thư của cơ quan mà máy chủ thư cho gửi.",
    )
    login: Annotated[str, Looser.NEVER] = Field(
        default="",
        max_length=200,
        title="Tên đăng nhập máy chủ thư",
        description="Để trống là không đăng nhập. Mật khẩu ở tệp mail.key của thư mục làm việc.",
    )
    people: Annotated[str, AfterValidator(_check_people), Looser.ANY] = Field(
        default="",
        max_length=4000,
        title="Ai nhận thư",
        description="tên đăng nhập = địa chỉ thư; cách nhau bằng dấu chấm phẩy. Thư không có dữ liệu hộ tịch.",
    )

    @property
    def addresses(self) -> dict[str, str]:
        """The address of each person who gets mail, by login."""
        parts = (one.partition("=") for one in self.people.split(";") if "=" in one)
        return {login.strip(): address.strip() for login, _, address in parts}

    @property
    def is_set(self) -> bool:
        """Whether mail can be sent at all; never in the clear to another machine."""
        return bool(self.host and self.sender) and (self.security != "none" or is_this_machine(self.host))


WEBHOOK = SettingTable(
    "webhook", "Báo cho hệ thống khác", "how-to/let-systems-read", WebhookPolicy, "Áp dụng từ lần báo sau."
)

MAIL = SettingTable("mail", "Thư báo", "how-to/work-together", MailPolicy, "Áp dụng từ lần gửi thư sau.")


def read_webhook(path: Path) -> OutboundAddress | None:
    """Return the address in a file; ``None``: none is set.

    Raises:
        SchemaError: Lists every flaw with its line.
    """
    url = WEBHOOK.read(path).url
    return read_address(url)[0] if url else None
