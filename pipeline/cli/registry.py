"""``hotich registry`` and ``hotich encrypt``: the database, its copies, and a rehearsal of its upgrade."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import SetupError, StorageError
from pipeline.base.files import TEMP_PREFIX, make_folder
from pipeline.cli.context import HERE, EntryArgument, JsonOption, WorkspaceOption
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import out, plain, print_json, print_table, say
from pipeline.registry import role_sql
from pipeline.registry.copying import copy_registry
from pipeline.registry.database import snapshot
from pipeline.registry.database.encrypted_copy import encrypted_copy
from pipeline.registry.rehearsal import put_back, rehearse_upgrade
from pipeline.scans.workspace import Workspace

app = command_group(
    """Cơ sở dữ liệu: tạo, nâng cấp, chép sang cơ sở dữ liệu khác, cấp quyền trên PostgreSQL."""
)


@app.command("upgrade", cls=Command)
def upgrade(work: WorkspaceOption = HERE) -> None:
    """Tạo các bảng, hoặc nâng cấp lên bản này, rồi thôi. Trên PostgreSQL: bằng tài khoản chủ của các bảng."""
    with work.open_registry() as opened:
        books = opened.summary().books
    say(f"Cơ sở dữ liệu đã đúng bản này ({books} sổ).")


@app.command("copy", cls=Command)
def copy(
    to: Annotated[str, typer.Option("--to", help="Địa chỉ của cơ sở dữ liệu trống.", metavar="ĐỊA_CHỈ")],
    work: WorkspaceOption = HERE,
) -> None:
    """Chép trọn sổ dữ liệu, cả nhật ký kiểm tra, sang một cơ sở dữ liệu trống; sổ đang dùng không bị sửa gì."""
    key = work.workspace.audit_key
    work.schemas.refuse_own_flaws()
    copied = copy_registry(work.run.registry_url, to, work.schemas, audit_key=key)
    say(f"Đã chép {copied.rows} dòng; nhật ký kiểm tra ở bên ấy khớp như ở bên này.")
    if copied.flaws:
        say(
            f"Nhật ký kiểm tra có {copied.flaws} chỗ sai từ trước, có ở cả hai bên: hãy xem “hotich audit verify”."
        )
    say(
        "Từ giờ hãy đặt HOTICH_REGISTRY_URL tới cơ sở dữ liệu mới và không ghi vào sổ cũ nữa: "
        "docs/how-to/use-postgresql.md"
    )


@app.command("role-sql", cls=Command)
def print_role_sql(
    role: Annotated[str, typer.Argument(help="Tài khoản mà hotich dùng hằng ngày.")],
    work: WorkspaceOption = HERE,
) -> None:
    """In các câu SQL cấp đúng những quyền hotich cần cho một tài khoản PostgreSQL: không sửa, xóa được quyết định."""
    schemas = work.run.schemas
    schemas.refuse_own_flaws()
    typer.echo(role_sql(schemas, role), nl=False)


@app.command("show", cls=Command)
def show_entry(
    entry_id: EntryArgument,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Giá trị hiện hành của một sự kiện; ô đã cải chính, bổ sung thì nêu cả giá trị trên giấy và số quyết định."""
    with work.open_registry() as opened:
        entry = opened.entry(entry_id)
    record = work.schemas.record(entry.record)
    if as_json:
        amended = {name: plain(amendment) for name, amendment in entry.amendments.items()}
        print_json({"current": plain(entry.current), "on_paper": plain(entry.values), "amendments": amended})
        return
    rows = []
    for spec in record.fields:
        value, amendment = entry.current.get(spec.name), entry.amendments.get(spec.name)
        if value is None:
            continue
        on_paper = (entry.values.get(spec.name) or "–") if amendment else "như bên"
        order = f"{amendment.order.decision_number}, {amendment.order.decided_on}" if amendment else ""
        rows.append((spec.column or "–", spec.label, value or "(trống)", on_paper, order))
    print_table(("Cột", "Tên", "Giá trị hiện hành", "Trên giấy", "Theo quyết định"), rows)


def encrypt(
    target: Annotated[Path, typer.Argument(help="Tệp mới; chưa được có.", metavar="TỆP")],
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", help="Tệp khóa của tệp mới [HOTICH_REGISTRY_KEY_FILE]."),
    ] = None,
    work: WorkspaceOption = HERE,
) -> None:
    """Chép sổ dữ liệu SQLite sang một tệp mới được mã hóa; sổ đang dùng không bị sửa gì."""
    settings = work.settings
    key_file = key_file or settings.registry_key_file
    if key_file is None:
        raise SetupError("Chưa có khóa. Hãy thêm --key-file TỆP_KHÓA, hoặc đặt HOTICH_REGISTRY_KEY_FILE.")
    encrypted_copy(work.run.registry_url, target, key_file)
    say(f"Đã chép sang {target}, được mã hóa bằng khóa trong {key_file}.")
    say(
        "Giữ một bản của khóa ở nơi khác: mất khóa là mất sổ dữ liệu. Cách chuyển sang dùng tệp mới: "
        "docs/how-to/protect-data.md"
    )


REHEARSAL = f"{TEMP_PREFIX}rehearsal"
"""The workspace folder of a trial copy; backups skip it."""


@app.command("rehearse", cls=Command)
def rehearse(
    to: Annotated[
        str | None,
        typer.Option("--to", help="Địa chỉ của cơ sở dữ liệu trống, khi sổ dữ liệu nằm trên PostgreSQL."),
    ] = None,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Diễn tập nâng cấp trên một bản chép: chép, nâng cấp, đếm dòng, xem lại nhật ký. Sổ đang dùng chỉ bị đọc."""
    settings = work.settings
    place, url = settings.places_of(work.folder)
    schemas = settings.schemas_of(place)
    schemas.refuse_own_flaws()
    folder = place / REHEARSAL
    _remove(folder)
    make_folder(folder)
    try:
        done = rehearse_upgrade(
            url,
            folder,
            schemas,
            audit_key=Workspace(place).audit_key,
            key_file=settings.registry_key_file,
            copy_url=to,
        )
    finally:
        _remove(folder)
    if as_json:
        print_json(done)
        return
    out().print(
        f"Bản chép đã lên đúng bản này: {done.after['book']} sổ, {done.after['entry']} sự kiện, "
        f"{done.after['decision']} quyết định, không thiếu dòng nào; đã xem {done.audit_rows} dòng nhật ký."
    )


@app.command("snapshot", cls=Command)
def take_snapshot(
    folder: Annotated[Path, typer.Argument(help="Thư mục chưa có bản chép nào.", metavar="THƯ_MỤC")],
    work: WorkspaceOption = HERE,
) -> None:
    """Chép sổ dữ liệu ra một tệp, đúng như đang có, không nâng cấp gì; đọc lại bản chép."""
    settings = work.settings
    _, url = settings.places_of(work.folder)
    make_folder(folder)
    taken = snapshot.take(url, folder)
    snapshot.checked(taken, settings.registry_key_file)
    out().print(f"{taken}", markup=False, soft_wrap=True)


@app.command("put-back", cls=Command)
def bring_back(
    taken: Annotated[Path, typer.Argument(help="Tệp do “hotich registry snapshot” ghi.", metavar="TỆP")],
    work: WorkspaceOption = HERE,
) -> None:
    """Đặt bản chép vào chỗ của sổ dữ liệu, khi không chương trình nào đang mở nó; sổ ở đó được giữ lại bên cạnh."""
    _, url = work.settings.places_of(work.folder)
    aside = put_back(taken, url)
    say("Đã đặt lại sổ dữ liệu." + (f" Sổ trước đó: {aside}" if aside else ""))


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"Không xóa được {folder} ({error.strerror}). Hãy kiểm tra quyền ghi.") from None
