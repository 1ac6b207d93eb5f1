"""``hotich schemas``: what is declared."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipeline.base.errors import SchemaError
from pipeline.base.files import FileRefused, read_regular_file
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, print_json
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

schemas_app = typer.Typer(cls=Commands, no_args_is_help=True)


@schemas_app.callback()
def schemas() -> None:
    """Các khai báo trong thư mục schemas: loại sự kiện, mẫu sổ, danh mục, mẫu xuất."""


@schemas_app.command("check", cls=Command)
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Thư mục khai báo [HOTICH_SCHEMAS; bộ đi kèm].")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Nạp và kiểm tra mọi khai báo, cả phần của cơ quan (office.toml, places.toml); chỉ ra tệp, dòng, tên gần đúng."""
    settings = read_settings()
    workspace = Workspace(settings.workspace)
    loaded = settings.schemas_of(settings.workspace, folder)
    loaded.refuse_own_flaws()
    gazetteer = loaded.places.gazetteer
    if as_json:
        print_json(
            {
                "records": {name: len(record.fields) for name, record in loaded.records.items()},
                "forms": {name: len(form.field_names) for name, form in loaded.forms.items()},
                "exports": {name: len(loaded.columns(name)) for name in loaded.exports},
                "vocabularies": {name: len(vocab.terms) for name, vocab in loaded.vocabs.items()},
                "uncoded": {
                    name: known.uncoded for name, known in loaded.vocabularies.items() if known.uncoded
                },
                "findings": len(loaded.findings),
                "places": len(gazetteer.units),
                "fingerprint": loaded.fingerprint,
            }
        )
        return
    if loaded.own_records:
        kinds = ", ".join(f"{loaded.record(name).title} ({name})" for name in loaded.own_records)
        out().print(f"Loại sổ do cơ quan khai báo: {kinds}.", markup=False)
    table = Table("Mẫu sổ", "Loại sự kiện", "Năm", "Trường", "Căn cứ")
    for form in loaded.forms.values():
        evidence = "theo tờ mẫu thật" if form.evidence == "seen" else "giả định"
        years = f"{form.years[0]}–{form.years[1]}"
        table.add_row(form.id, form.record, years, str(len(form.field_names)), evidence)
    out().print(table)
    out().print(
        f"Khai báo đúng: {len(loaded.records)} loại sự kiện, {len(loaded.forms)} mẫu sổ, "
        f"{len(loaded.exports)} mẫu xuất, "
        f"{len(loaded.vocabs)} danh mục, {len(loaded.findings)} loại phát hiện. Dấu {loaded.fingerprint}."
    )
    if workspace.office.exists():
        off = sum(bool(finding.off) for finding in loaded.findings.values())
        out().print(f"Phần của cơ quan ({workspace.office.name}) đúng; {off} quy tắc đang tắt.")
    for name, vocabulary in loaded.vocabularies.items():
        for words in vocabulary.uncoded:
            out().print(
                f"Ô in sẵn “{words}” chưa có mã trong danh mục “{name}”: hãy đặt mã ở trang Quy tắc, phần “Mục "
                "và cách viết của cơ quan”, trước khi xuất.",
                markup=False,
            )
    own = sum(unit.scheme == "office" for unit in gazetteer.units)
    out().print(
        f"Địa danh đúng: {len(gazetteer.units)} dòng, trong đó {own} đơn vị do cơ quan thêm. "
        f"Dấu {gazetteer.fingerprint}."
    )


@schemas_app.command("declare", cls=Command)
def declare(
    path: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp TOML khai báo loại sổ.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ kiểm tra, không đưa vào dùng.")] = False,
    by: Annotated[
        str | None, typer.Option("--by", help="Người khai báo [tên tài khoản của máy đang dùng].")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Khai báo một loại sổ của cơ quan, hay sửa khai báo: kiểm tra, giữ bản trước, thêm cột trong sổ dữ liệu."""
    from pipeline.form_design.record_declaring import MOST_LETTERS, check_declaration, declare_record

    try:
        text = read_regular_file(path, 4 * MOST_LETTERS).decode("utf-8-sig")
    except FileRefused as error:
        raise SchemaError(f"{path}: {error.message}.") from None
    except (OSError, UnicodeDecodeError):
        raise SchemaError(f"{path}: không đọc được tệp; tệp phải là chữ UTF-8.") from None
    context = read_settings().run_context(workspace)
    made = (
        check_declaration(context, text)
        if dry_run
        else declare_record(context, text, getpass.getuser() if by is None else by)
    )
    if as_json:
        print_json(
            {"record": made.record.record, "new": made.new, "added": made.added, "changed": made.changed}
        )
        return
    what = "Loại sổ mới" if made.new else "Khai báo sửa"
    if not made.changed:
        out().print(f"Loại sổ “{made.record.title}” đã khai đúng như vậy; không có gì đổi.", markup=False)
        return
    told = f"{len(made.record.fields)} trường, thêm {len(made.added)}"
    out().print(f"{what} “{made.record.title}” ({made.record.record}): {told}.", markup=False)
    if dry_run:
        out().print("Khai báo đúng. Bỏ --dry-run để đưa vào dùng.")
        return
    out().print("Đã đưa vào dùng. Máy chủ web và lượt đọc dùng khai báo mới từ khi chạy lại.")
