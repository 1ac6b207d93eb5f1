"""Why a sign-in failed: a code for the audit log and a sentence for the person, both without details."""

from __future__ import annotations

from pipeline.base.errors import HotichError

AGAIN = "Hãy thử lại; nếu vẫn vậy, hãy báo người quản trị."
SENTENCES = {
    "away": "Không hỏi được nơi cấp tài khoản chung nên chưa đăng nhập. Hãy thử lại sau ít phút, hoặc đăng nhập bằng "
    "tên và mật khẩu ở đây.",
    "declined": f"Nơi cấp tài khoản chung không cho đăng nhập. {AGAIN}",
    "state": "Lượt đăng nhập đã hết hạn, đã dùng, hoặc không bắt đầu ở trình duyệt này. Hãy bấm đăng nhập lại.",
    "code": f"Nơi cấp tài khoản chung không nhận lượt đăng nhập này. {AGAIN}",
    "token": f"Không kiểm chứng được lời xác nhận của nơi cấp tài khoản chung nên chưa đăng nhập. {AGAIN}",
}


class SignInFailed(HotichError):
    """A sign-in that proves no identity. ``reason``: a key of ``SENTENCES``."""

    code = "sign-in-failed"

    def __init__(self, reason: str) -> None:
        super().__init__(SENTENCES[reason])
        self.reason = reason
