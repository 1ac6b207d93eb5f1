"""``[signing]`` of ``office.toml``: the certificate that signs what the office delivers, and the time-stamp server."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from pipeline.base.staff_tables import Wanted
from pipeline.declarations.office.settings import Looser, SettingTable
from pipeline.declarations.schema import Declaration


class SigningPolicy(Declaration):
    """Keys of ``[signing]``."""

    ELSEWHERE: ClassVar[str] = " Tệp chứng thư được gửi ở trang Thiết lập, mục Chữ ký số."

    certificate: Annotated[
        str, Wanted("phải là mã SHA-256 của chứng thư, 64 chữ số và chữ a đến f"), Looser.ANY
    ] = Field(
        default="",
        max_length=64,
        pattern=r"^([0-9a-f]{64})?$",
        title="Chứng thư ký",
        description="Mã SHA-256 của chứng thư duy nhất được ký. Để trống: chứng thư trong tệp signing.p12, nếu có.",
    )
    timestamp_url: Annotated[
        str, Wanted("phải là một địa chỉ bắt đầu bằng http:// hay https://"), Looser.ANY
    ] = Field(
        default="",
        max_length=500,
        pattern=r"^(https?://[^\s@#]+)?$",
        title="Máy chủ dấu thời gian",
        description="Địa chỉ theo RFC 3161 mà nơi cấp chứng thư cho biết. Để trống là không đóng dấu thời gian.",
    )


SIGNING = SettingTable(
    "signing",
    "Chữ ký số của cơ quan",
    "how-to/deliver",
    SigningPolicy,
    "Áp dụng từ gói xuất sau; tệp đã ký không đổi.",
)
