"""Secrets that the program shares with other machines: put in by an administrator, never shown again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.base.errors import SecurityError, SetupError
from pipeline.base.files import read_private_file, storage_errors, write_atomically
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.registry.accounts.model import Person
from pipeline.scans.workspace import Workspace
from pipeline.web.sign_in_provider import Provider, SignInFailed, read_sign_in, sign_in_secret

MOST_LETTERS = 1000
"""Longest secret."""


@dataclass(frozen=True, slots=True)
class OfficeSecret:
    """A kind of secret.

    Attributes:
        file: Returns its file in a workspace.
        least: Its least length.
    """

    title: str
    help: str
    file: Callable[[Workspace], Path]
    least: int = 1


SECRETS: Mapping[str, OfficeSecret] = {
    "sign_in": OfficeSecret(
        "Bí mật đăng nhập bằng tài khoản chung",
        "client_secret mà nơi cấp tài khoản đã giao.",
        lambda workspace: workspace.sign_in_key,
    ),
    "mail": OfficeSecret(
        "Mật khẩu gửi thư",
        "Mật khẩu của hộp thư ở máy chủ thư.",
        lambda workspace: workspace.mail_key,
    ),
    "webhook": OfficeSecret(
        "Bí mật ký tin báo cho hệ thống khác",
        "Giữ cùng một bí mật ở nơi nhận; ít nhất 32 ký tự.",
        lambda workspace: workspace.webhook_key,
        least=32,
    ),
}
"""Every secret that can be put in, by name."""


class OfficeSecrets:
    """The secrets of a workspace, and the sign-in that needs one of them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def states(self) -> dict[str, str]:
        """Return in words whether each secret is there; nothing of the secret itself."""
        return {name: self._state(secret) for name, secret in SECRETS.items()}

    def _state(self, secret: OfficeSecret) -> str:
        try:
            return "đã có" if read_private_file(secret.file(self._workspace)).strip() else "chưa có"
        except FileNotFoundError:
            return "chưa có"
        except (OSError, SecurityError):
            return "có tệp mà không dùng được (người khác đọc được tệp ấy); đặt lại ở đây"

    def put(self, name: str, typed: str) -> None:
        """Store a secret as its command does: one line that only this account can read.

        Raises:
            SettingsRefused: It cannot be such a secret; the message tells nothing of it.
            StorageError: The disk fails.
        """
        secret, text = SECRETS[name], typed.strip()
        if not secret.least <= len(text) <= MOST_LETTERS:
            raise SettingsRefused(f"{secret.title}: từ {secret.least} đến {MOST_LETTERS} ký tự.")
        if not (text.isascii() and text.isprintable()):
            raise SettingsRefused(f"{secret.title}: chỉ gồm chữ không dấu, số và dấu thường, một dòng.")
        path = secret.file(self._workspace)
        with storage_errors(path):
            write_atomically(path, f"{text}\n", mode=0o600)

    def require_sign_in(self) -> None:
        """Check that the secret of the sign-in is there.

        Raises:
            SettingsRefused: It is not.
        """
        try:
            sign_in_secret(self._workspace.sign_in_key)
        except (SetupError, SecurityError):
            raise SettingsRefused(
                f"Chưa có “{SECRETS['sign_in'].title}”, hay tệp của nó không dùng được. "
                "Hãy đặt ở trang Thiết lập trước."
            ) from None

    def provider(self) -> Provider | None:
        """Return the sign-in provider set by the office; None: people use local accounts alone.

        Raises:
            SchemaError: The policy has flaws.
            SetupError: The secret is missing.
            SecurityError: Others may read the secret.
        """
        policy = read_sign_in(self._workspace.office)
        if policy is None:
            return None
        return Provider(policy, sign_in_secret(self._workspace.sign_in_key), lambda: datetime.now(UTC))

    def try_sign_in(self, _: Person) -> str:
        """Ask the provider for its keys and whether it knows this program, and say how it went.

        Raises:
            SettingsRefused: Nothing is set, or the provider refuses.
        """
        try:
            provider = self.provider()
            if provider is None:
                raise SettingsRefused("Chưa đặt nơi cấp tài khoản chung nên chưa có gì để thử.")
            keys, known = provider.try_out()
        except SetupError as error:
            raise SettingsRefused(error.message) from None
        except SignInFailed:
            raise SettingsRefused(
                "Không hỏi được nơi cấp tài khoản chung: máy chủ không tới được, chứng thư TLS không đúng, "
                "hay nơi cấp khai issuer khác. Hãy so lại “Nơi cấp tài khoản”."
            ) from None
        if not known:
            raise SettingsRefused(
                "Nơi cấp trả lời, nhưng không nhận hotich: mã ứng dụng hay bí mật không khớp điều đã khai ở nơi cấp."
            )
        return f"Nơi cấp trả lời đúng issuer, có {keys} khóa ký dùng được, và nhận mã cùng bí mật của hotich."
