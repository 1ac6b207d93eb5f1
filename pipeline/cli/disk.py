"""``hotich disk``: the signed list of a disk of packages, and its check on any machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import PackageRefused
from pipeline.base.files import printable
from pipeline.base.signing_key import fingerprint, signing_key
from pipeline.cli.context import HERE, JsonOption, WorkspaceOption
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import plain, print_json, say
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery.package_sentences import format_package_flaw
from pipeline.delivery.signing.disk_list import LIST, disk_flaws, write_disk_list
from pipeline.delivery.signing.office_certificate import office_signer
from pipeline.delivery.signing.package_signatures import read_issuers

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help="""Danh sách có chữ ký của một đĩa nhiều gói dữ liệu: lập, và kiểm tra ở máy khác.""",
)
DiskArgument = Annotated[Path, typer.Argument(metavar="ĐĨA", help="Thư mục gốc của đĩa.", file_okay=False)]


@app.command("list", cls=Command)
def write(root: DiskArgument, work: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Lập danh sách mọi tệp trên đĩa với mã SHA-256, đếm gói, sự kiện, PDF, và ký bằng khóa của cơ quan."""
    key = signing_key(work.workspace.package_key)
    policy = read_options(work.workspace.package, work.workspace.office).signing
    office = office_signer(work.workspace, policy)
    counts = write_disk_list(root, key, office=office)
    if as_json:
        print_json(plain(counts))
        return
    say(
        f"{root}: {counts.packages} gói, {counts.entries} sự kiện, {counts.pdfs} PDF, {counts.files} tệp, "
        f"{counts.size / 1e6:.1f} MB."
    )
    if office is not None:
        say(f"Đã ký số bằng chứng thư của cơ quan, mã {office.fingerprint[:16]}.")
    say(f"Vân tay khóa để ghi vào biên bản: {fingerprint(key.public)}. Bên nhận chạy: hotich disk check ĐĨA")
    say(f"Máy không có hotich thì chạy trong thư mục của đĩa: sha256sum -c {LIST}")


@app.command("check", cls=Command)
def check(
    root: DiskArgument,
    key: Annotated[str | None, typer.Option("--key", help="Khóa công khai của nơi giao.")] = None,
    issuer: Annotated[
        Path | None,
        typer.Option("--issuer", dir_okay=False, help="Chứng thư của nơi cấp chứng thư ký số (PEM, DER)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Kiểm tra một đĩa: tệp nào thiếu, bị đổi, tệp lạ, chữ ký. Không cần sổ dữ liệu."""
    flaws = disk_flaws(root, key, () if issuer is None else read_issuers(issuer))
    if as_json:
        print_json({"flaws": plain(flaws)})
    elif not flaws:
        say(f"{root}: đủ mọi tệp trong danh sách, không tệp nào bị đổi, chữ ký đúng.")
    for flaw in flaws if not as_json else ():
        say(printable(format_package_flaw(flaw)))
    raise typer.Exit(PackageRefused.exit_code if flaws else 0)
