"""``hotich rehearse``: what the shared software would refuse in a package, and what it would read otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import PackageRefused
from pipeline.base.files import printable
from pipeline.cli.context import HERE, JsonOption, LimitOption, WorkspaceOption
from pipeline.cli.screen import plain, print_json, print_table, say
from pipeline.declarations.schema.shared_software import PROVINCE_FILE, read_province_rules
from pipeline.delivery.export.rehearsal import learn_from_file
from pipeline.delivery.export.rehearsal import rehearse as rehearse_package
from pipeline.delivery.package_sentences import fault_sentence


def rehearse(
    folder: Annotated[
        Path, typer.Argument(metavar="GÓI", help="Thư mục của một gói, có tệp Excel và tệp .zip.")
    ],
    refusals: Annotated[
        Path | None,
        typer.Option(
            "--refusals", help="Tệp CSV hay Excel: những dòng của gói này mà phần mềm thật đã từ chối."
        ),
    ] = None,
    work: WorkspaceOption = HERE,
    limit: LimitOption = 40,
    as_json: JsonOption = False,
) -> None:
    """Diễn tập nạp một gói: dòng nào phần mềm dùng chung sẽ từ chối, ô nào sẽ được đọc khác.

    Chỉ đọc tệp Excel và tệp .zip của gói, không dùng sổ dữ liệu.
    """
    path = work.workspace.package.with_name(PROVINCE_FILE)
    if refusals is not None:
        source = f"{refusals.name}, {datetime.now(UTC).astimezone():%d.%m.%Y}"
        learnt = learn_from_file(folder, refusals, work.schemas, path, source)
        if not as_json:
            say(f"{len(learnt.rules)} quy tắc mới của tỉnh, ghi ở {path}.")
            for refusal, why in learnt.kept_out:
                place = f"dòng {refusal.row}" if refusal.row else f"số {refusal.number}"
                say(f"  {printable(place)}, {printable(refusal.column)}: {why}.")
    province = read_province_rules(path)
    outcome = rehearse_package(folder, work.schemas, province)
    if as_json:
        print_json({"rehearsal": plain(outcome), "refused_rows": outcome.refused_rows})
    else:
        others = sum(not fault.blocking for fault in outcome.faults)
        say(
            f"{folder}: mẫu {outcome.template or '?'}, {outcome.rows} dòng; "
            f"{outcome.refused_rows} dòng sẽ bị từ chối, {others} ô cần xem."
        )
        rules = {rule.code: rule for rule in (*work.schemas.loading, *province)}
        listed = sorted(outcome.faults, key=lambda fault: (not fault.blocking, fault.row))
        table = [
            (
                fault.row or "–",
                printable(fault.number) or "–",
                printable(fault.column) or "–",
                fault_sentence(fault, rules),
                "từ chối" if fault.blocking else "cần xem",
            )
            for fault in listed[:limit]
        ]
        more = [(f"… và {len(listed) - limit} chỗ nữa",)] if len(listed) > limit else []
        if listed:
            print_table(("Dòng", "Số", "Cột", "Vì sao", "Mức"), [*table, *more])
    raise typer.Exit(PackageRefused.exit_code if outcome.refused_rows else 0)
