"""``hotich synth``: synthetic books, drawn from the forms, with their truth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from typer import BadParameter

from pipeline.base.errors import StorageError
from pipeline.cli.context import CommandContext, JsonOption
from pipeline.cli.screen import err, print_json, say
from pipeline.declarations.schema import Form, Schemas


def synth(
    folder: Annotated[Path, typer.Argument(help="Thư mục để ghi các sổ, mỗi mẫu sổ một thư mục con.")],
    form: Annotated[
        list[str] | None, typer.Option("--form", help="Mẫu sổ (dùng nhiều lần được); mặc định: mọi mẫu.")
    ] = None,
    entries: Annotated[int, typer.Option("--entries", min=1, help="Số sự kiện hộ tịch mỗi sổ.")] = 4,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Mã ngẫu nhiên: cùng số thì cùng sổ, đến từng byte.")
    ] = 1,
    writing: Annotated[
        str, typer.Option("--writing", help="hand (viết tay) hoặc typed (đánh máy).")
    ] = "hand",
    container: Annotated[str, typer.Option("--container", help="pdf, tiff hoặc jpeg.")] = "pdf",
    dpi: Annotated[int, typer.Option("--dpi", min=100, max=400, help="Độ phân giải.")] = 300,
    scanner: Annotated[
        str, typer.Option("--scanner", help="Bản quét: none, mild, normal hoặc hard.")
    ] = "normal",
    skew: Annotated[
        float | None,
        typer.Option("--skew", min=0, max=15, help="Độ nghiêng lớn nhất, thay cho mức của --scanner."),
    ] = None,
    turned: Annotated[
        float, typer.Option("--turned", min=0, max=1, help="Phần trang nằm ngang hoặc lộn ngược (0–1).")
    ] = 0.0,
    office: Annotated[
        bool,
        typer.Option(
            "--office",
            help="Vẽ sổ như một xã giữ: vài người ghi, vài người ký, nơi lặp lại, số và ngày nối tiếp, chữ lấn ô.",
        ),
    ] = False,
    reprint: Annotated[
        bool,
        typer.Option(
            "--reprint", help="Giấy của một nhà in khác: cỡ dòng, lề, phông chữ, lời nhãn, màu khác đi."
        ),
    ] = False,
    cover: Annotated[bool, typer.Option("--cover/--no-cover", help="Có vẽ bìa sổ hay không.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Vẽ sổ giả từ chính các mẫu sổ, như máy quét giao ra, kèm đáp án truth.json. Người trong sổ đều là bịa."""
    from pipeline.training.synthetic_pages import OfficeOptions, ReprintOptions, SynthOptions, write_book

    context = CommandContext(None).run
    try:
        options = SynthOptions(
            seed=seed,
            entries=entries,
            writing=_one_of("--writing", writing, ("hand", "typed")),  # type: ignore[arg-type]
            container=_one_of("--container", container, ("pdf", "tiff", "jpeg")),  # type: ignore[arg-type]
            dpi=dpi,
            scanner=_one_of("--scanner", scanner, ("none", "mild", "normal", "hard")),  # type: ignore[arg-type]
            cover=cover,
            office=OfficeOptions() if office else None,
            reprint=ReprintOptions() if reprint else None,
        )
    except ValueError as error:
        raise BadParameter(str(error)) from None
    options = replace(options, skew=skew, turned=turned)
    written = []
    for chosen in _chosen(form, context.schemas):
        err().print(f"Đang vẽ {chosen.id}…", markup=False)
        try:
            written.append(write_book(folder / chosen.id, chosen, context.schemas, options))
        except OSError as error:
            raise StorageError(f"Không ghi được vào {folder}: {error.strerror or error}.") from None
    if as_json:
        print_json({"books": written})
        return
    for path in written:
        say(f"Đã vẽ {path}")
    say(f"Đọc thử: hotich run {folder}")


def _chosen(names: list[str] | None, schemas: Schemas) -> list[Form]:
    """Return the forms with these names, else all forms of entries."""
    if names:
        return [schemas.form(name) for name in names]
    return [form for form in schemas.forms.values() if form.layout != "cover"]


def _one_of(option: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise BadParameter(f"{option} là một trong: {', '.join(known)}.")
    return value
