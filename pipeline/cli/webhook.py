"""``hotich webhook``: notification of other systems about ready books, and the signing secret."""

from __future__ import annotations

from pipeline.base.errors import RegistryError
from pipeline.cli.context import HERE, WorkspaceOption
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import say
from pipeline.runs.webhooks import signing_secret
from pipeline.runs.webhooks.office_events import send_book_events

app = command_group("""Báo cho hệ thống khác khi một sổ đủ điều kiện bàn giao.""")


@app.command("send", cls=Command)
def send(work: WorkspaceOption = HERE) -> None:
    """Xem sổ nào vừa đủ điều kiện và báo ngay, như màn hình rà soát làm mỗi phút."""
    with work.open_registry() as registry:
        done = send_book_events(registry, work.workspace)
    if done is None:
        raise RegistryError("Cơ quan chưa đặt nơi nhận. Hãy ghi url ở bảng [webhook] của office.toml.")
    received, sent = done
    if received < sent:
        raise RegistryError(
            f"Nơi nhận mới nhận {received} trên {sent} tin. Chương trình sẽ gửi lại; hãy hỏi nơi nhận."
        )
    say(f"Nơi nhận đã nhận {received} tin.")


@app.command("secret", cls=Command)
def secret(work: WorkspaceOption = HERE) -> None:
    """In bí mật ký tên, để giao cho nơi nhận theo đường kín."""
    say(signing_secret(work.workspace.webhook_key).decode())
