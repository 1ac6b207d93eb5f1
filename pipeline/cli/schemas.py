"""``hotich schemas``: the declarations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import SchemaError
from pipeline.base.files import FileRefused, read_regular_file
from pipeline.cli.context import HERE, ME, CommandContext, JsonOption, WorkspaceOption, by_option
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import print_json, say, show
from pipeline.scans.workspace import Workspace

app = command_group("""Các khai báo trong thư mục schemas: loại sự kiện, mẫu sổ, danh mục, mẫu xuất.""")


@app.command("check", cls=Command)
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Thư mục khai báo [HOTICH_SCHEMAS; bộ đi kèm].")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Nạp và kiểm tra mọi khai báo, cả phần của cơ quan (office.toml, places.toml); chỉ ra tệp, dòng, tên gần đúng."""
    settings = CommandContext(None).settings
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
        say(f"Loại sổ do cơ quan khai báo: {kinds}.")
    show(
        loaded.forms.values(),
        {
            "Mẫu sổ": lambda form: form.id,
            "Loại sự kiện": lambda form: form.record,
            "Năm": lambda form: f"{form.years[0]}–{form.years[1]}",
            "Trường": lambda form: len(form.field_names),
            "Căn cứ": lambda form: "theo tờ mẫu thật" if form.evidence == "seen" else "giả định",
        },
    )
    say(
        f"Khai báo đúng: {len(loaded.records)} loại sự kiện, {len(loaded.forms)} mẫu sổ, "
        f"{len(loaded.exports)} mẫu xuất, "
        f"{len(loaded.vocabs)} danh mục, {len(loaded.findings)} loại phát hiện. Dấu {loaded.fingerprint}."
    )
    if workspace.office.exists():
        off = sum(bool(finding.off) for finding in loaded.findings.values())
        say(f"Phần của cơ quan ({workspace.office.name}) đúng; {off} quy tắc đang tắt.")
    for name, vocabulary in loaded.vocabularies.items():
        for words in vocabulary.uncoded:
            say(
                f"Ô in sẵn “{words}” chưa có mã trong danh mục “{name}”: hãy đặt mã ở trang Quy tắc, phần “Mục "
                "và cách viết của cơ quan”, trước khi xuất."
            )
    own = sum(unit.scheme == "office" for unit in gazetteer.units)
    say(
        f"Địa danh đúng: {len(gazetteer.units)} dòng, trong đó {own} đơn vị do cơ quan thêm. "
        f"Dấu {gazetteer.fingerprint}."
    )


@app.command("declare", cls=Command)
def declare(
    path: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp TOML khai báo loại sổ.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ kiểm tra, không đưa vào dùng.")] = False,
    by: Annotated[str, by_option("Người khai báo")] = ME,
    work: WorkspaceOption = HERE,
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
    context = work.run
    result = check_declaration(context, text) if dry_run else declare_record(context, text, by)
    if as_json:
        print_json(
            {
                "record": result.record.record,
                "new": result.new,
                "added": result.added,
                "changed": result.changed,
            }
        )
        return
    what = "Loại sổ mới" if result.new else "Khai báo sửa"
    if not result.changed:
        say(f"Loại sổ “{result.record.title}” đã khai đúng như vậy; không có gì đổi.")
        return
    summary = f"{len(result.record.fields)} trường, thêm {len(result.added)}"
    say(f"{what} “{result.record.title}” ({result.record.record}): {summary}.")
    if dry_run:
        say("Khai báo đúng. Bỏ --dry-run để đưa vào dùng.")
        return
    say("Đã đưa vào dùng. Máy chủ web và lượt đọc dùng khai báo mới từ khi chạy lại.")
