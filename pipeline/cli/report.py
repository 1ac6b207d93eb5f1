"""``hotich report`` and ``hotich pilot``: the supervisors' report, and an office's own pilot figures."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import RegistryError
from pipeline.base.localtime import format_moment, local_date
from pipeline.cli.context import HERE, CommandContext, JsonOption, WorkspaceOption, ids_of
from pipeline.cli.screen import plain, print_json, say
from pipeline.declarations.office.review import read_review
from pipeline.registry import Registry
from pipeline.reports import SPAN, ManagementReport, StoreCheck, read_plan
from pipeline.reports.communes import EVERYWHERE, commune_report
from pipeline.reports.report import build_report
from pipeline.scans.store_check import read_state, wrong_scans
from pipeline.values.places import AnsweringUnits


def report(
    target: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Tệp .xlsx hay .pdf, hoặc thư mục để ghi cả hai tệp của hôm nay."),
    ] = None,
    places: Annotated[
        list[str] | None, typer.Option("--place", help="Chỉ nơi đăng ký có mã này; nêu được nhiều lần.")
    ] = None,
    unit: Annotated[
        str,
        typer.Option("--unit", help="Chỉ những nơi mà đơn vị hành chính hiện nay có mã này trả lời thay."),
    ] = "",
    by_unit: Annotated[
        bool, typer.Option("--by-unit", help="Thay vì báo cáo chung: bảng theo từng xã hiện nay.")
    ] = False,
    days: Annotated[
        int,
        typer.Option("--days", min=1, max=3660, help="Điều đã diễn ra thì tính trong bấy nhiêu ngày qua."),
    ] = SPAN,
    people: Annotated[bool, typer.Option("--people", help="Thêm bảng từng người.")] = False,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Báo cáo tiến độ và chất lượng cho người phụ trách: in tóm tắt, hoặc ghi tệp Excel và PDF."""
    plan = read_plan(work.workspace.plan, work.schemas)
    state = read_state(work.workspace)
    with work.open_registry() as registry:
        asked = frozenset(places) if places else None
        if unit:
            answered = _places_of(registry, _units(work), unit)
            asked = answered if asked is None else asked & answered
        if by_unit:
            scope = EVERYWHERE if asked is None else "những nơi đã chọn"
            counts = registry.statistics(asked).communes()
            document = commune_report(
                counts, work.schemas, _units(work), plan=plan.restricted_to(asked), scope=scope
            )
        else:
            document = build_report(
                registry,
                work.schemas,
                plan,
                places=asked,
                days=days,
                people=people,
                store=StoreCheck(state.finished_at, wrong_scans(state)),
                review=read_review(work.workspace.office, work.schemas),
            )
    if target is not None:
        from pipeline.reports.output_files import write_files  # imports XlsxWriter and Typst

        for path in write_files(document, target):
            say(f"Đã ghi {path}")
    elif as_json:
        print_json(plain(document))
    else:
        _show(document)


def _units(work: CommandContext) -> AnsweringUnits:
    return AnsweringUnits(work.schemas.places.gazetteer, local_date(datetime.now(UTC)))


def _places_of(registry: Registry, units: AnsweringUnits, code: str) -> frozenset[str]:
    """Return the codes of the places with books for which a unit answers.

    Raises:
        RegistryError: It answers for none.
    """
    found = {
        book.place_code
        for book in registry.statistics(None).book_states()
        for answer in [units.of_book(book.place_code, book.place, book.volume)]
        if [one.code for one in answer.units] == [code]
    }
    if not found:
        raise RegistryError(
            f"Không quyển sổ nào nay thuộc đơn vị có mã {code}. Xem mã ở bảng của hotich report --by-unit."
        )
    return frozenset(found)


def _show(document: ManagementReport) -> None:
    say(f"Số liệu lúc {format_moment(document.at)}, {document.scope}.")
    for alert in document.alerts:
        say(f"Chú ý: {alert}")
    for figure in document.sections[0].figures:
        note = f" ({figure.note})" if figure.note else ""
        say(f"  {figure.label}: {figure.cell.text}{note}")
    say("Cả báo cáo: thêm --out THƯ_MỤC, hoặc trang Báo cáo của màn hình rà soát.")


def pilot(
    books: Annotated[list[str], typer.Argument(metavar="SỔ", help="Tên thư mục của các sổ đã rà soát.")],
    target: Annotated[
        Path | None, typer.Option("--out", "-o", help="Thư mục để ghi ket-qua-thu.pdf và ket-qua-thu.json.")
    ] = None,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Làm một trang kết quả thử của các sổ đã rà soát: chỉ có con số, để cơ quan gửi cho người hỏi nếu muốn.

    Không có họ tên, nơi chốn, hình ảnh, tên sổ, tên đăng nhập hay chữ nào của sổ. Chương trình không gửi đi đâu: lệnh
    in ra mọi điều có trong tệp để xem trước.
    """
    from pipeline.reports.pilot import pilot_report
    from pipeline.reports.pilot_files import pilot_json, pilot_section, write_pilot

    with work.open_registry() as registry:
        counts = registry.statistics(None).pilot(ids_of(registry, books))
    report = pilot_report(counts, work.schemas)
    if as_json:
        typer.echo(pilot_json(report).decode(), nl=False)
    else:
        section = pilot_section(report)
        for figure in section.figures:
            note = f" ({figure.note})" if figure.note else ""
            say(f"{figure.label}: {figure.cell.text}{note}")
        for table in section.tables:
            say(f"\n{table.title}")
            for row in table.rows:
                cells = (f"{title}: {cell.text}" for (title, _), cell in zip(table.columns, row, strict=True))
                say("  " + "; ".join(cells))
        say(f"\n{section.note}")
    if target is not None:
        for path in write_pilot(report, target, datetime.now(UTC)):
            if not as_json:
                say(f"Đã ghi {path}")
