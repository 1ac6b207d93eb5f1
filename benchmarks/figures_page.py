"""Write the table of figures from what benchmarks measured: ``make figures``.

    python -m benchmarks.figures_page

The results in ``bench-out/`` are copied to ``docs/reference/figures/``, each with its machine and revision; from there
``docs/reference/figures.md`` and the ten headlines of the README are written by the rows of ``claims.toml``. No figure
is ever typed: a row without a result, or with one of other hand networks than those in ``ocr_models/``, says that it is
not measured again; one of other rooms, declarations or networks of print than those of the tree is marked.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.dependencies import changed
from benchmarks.figures import BENCH_OUT, hand_networks, say
from pipeline.base.text.numbers import format_count, format_decimal, format_percent

ROOT = Path(__file__).resolve().parent.parent
CLAIMS = Path(__file__).with_name("claims.toml")
RESULTS = ROOT / "docs" / "reference" / "figures"
PAGE = ROOT / "docs" / "reference" / "figures.md"
README = ROOT / "README.md"

OF_HANDS = ("hand", "pens", "clerk")
"""Benchmarks whose figures belong to the networks that read handwriting."""

NOT_MEASURED = "chưa đo lại ở bản này"
NO_VALUE = "–"
OLD = " ³"

FORMATS: Mapping[str, Callable[[Any], str]] = {
    "text": str,
    "count": lambda value: format_count(round(value)),
    "decimal": lambda value: format_decimal(value, 1),
    "decimal2": lambda value: format_decimal(value, 2),
    "decimal3": lambda value: format_decimal(value, 3),
    "percent": lambda value: format_percent(value, 1),
    "percent2": lambda value: format_percent(value, 2),
    "rows": lambda value: format_count(sum(sum(pair) for pair in value.values())),
    "sum": lambda value: format_decimal(sum(value.values()), 1),
}
"""How a value is shown; ``rows`` adds up the pairs of a mapping (missing, too many), ``sum`` its numbers."""

_PLACE = re.compile(r"\{([^|{}]+)\|(\w+)\}")
_MARKED = re.compile(r"(<!-- figures:begin[^>]*-->\n).*?(<!-- figures:end -->)", re.DOTALL)

_HEAD = """# Số đo

Bảng này do `make figures` sinh ra từ kết quả của các phép đo (`bench-out/`), không điền tay; kết quả của từng phép đo,
kèm máy và bản đã đo, nằm trong `docs/reference/figures/`. Sổ để đo do `hotich synth` vẽ, mức hư hại thường, trừ khi
hàng nói khác: sổ thật có thể khó hơn nhiều. Đo lại trên máy của bạn: `make bench`, rồi `make figures`.
"""

_NOTES = """
¹ Tên và nơi của sổ vẽ lấy từ cùng nguồn danh sách với từ vựng mà máy dùng để cân nhắc: sổ thật có thể khó hơn.

² Không mạng nào học từ các dòng và phông này, nhưng khi chọn cách nhìn dòng nghiêng hai lần, khi giữ hay bỏ một bút
hiệu chuẩn, khi theo dõi việc học và khi tìm nguyên nhân của chỗ đọc sai, người làm đã nhìn kết quả trên chúng: chữ của
người khác có thể khó hơn.

³ Số cũ: từ khi đo, mã nguồn, khai báo hay mạng mà phép đo ấy dùng đã đổi. `make figures` nêu chỗ đã đổi, `make
bench-all` đo lại những số cũ nhất trước.
"""

_OLD_HEADLINES = """
³ Đo trước khi mã nguồn, khai báo hay mạng mà phép đo ấy dùng đổi lần cuối; đo lại: `make bench-all`.
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of the table.

    Attributes:
        label: What is measured, in Vietnamese.
        bench: Name of the result: ``NAME.json``.
        value: A sentence with places ``{PATH|FORMAT}``.
        wanted: What is wanted; empty where nothing is.
        headline: What the row is called in the README; empty where it is not there.
    """

    label: str
    bench: str
    value: str
    wanted: str = ""
    headline: str = ""


Results = Mapping[str, Mapping[str, Any]]
"""Results as ``benchmarks.figures`` keeps them, by name."""


def read_claims(path: Path = CLAIMS) -> Mapping[str, Sequence[Claim]]:
    """Return the rows by subject, in reading order."""
    subjects = tomllib.loads(path.read_text(encoding="utf-8"))["subject"]
    return {subject["title"]: tuple(Claim(**claim) for claim in subject["claim"]) for subject in subjects}


def read_results(folder: Path) -> Results:
    """Return every result of a folder by its name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def value_at(figures: Any, path: str) -> Any:
    """Return the value at a path in the figures of a benchmark.

    Raises:
        KeyError: The path leads nowhere.
    """
    for step in path.split("/"):
        figures = _element(figures, step) if step.startswith("[") else figures[_key(figures, step)]
    return figures


def shown(claim: Claim, results: Results) -> str:
    """Return the measured value of a row as a sentence, or that it is not measured with this revision's networks."""
    result = results.get(claim.bench)
    if result is None or is_of_other_networks(claim.bench, result):
        return NOT_MEASURED
    try:
        return _PLACE.sub(lambda place: _formatted(result["figures"], place[1], place[2]), claim.value)
    except (KeyError, TypeError, IndexError) as error:
        say(f"{claim.bench}: “{claim.label}”: {error}")
        return NOT_MEASURED


def is_of_other_networks(bench: str, result: Mapping[str, Any]) -> bool:
    """Return whether a result about handwriting was measured with other networks than those in ``ocr_models/``."""
    return program_of(bench) in OF_HANDS and result.get("hand_networks") != hand_networks()


def what_changed(bench: str, result: Mapping[str, Any]) -> list[str]:
    """Return what a result was measured with that is no longer so: rooms, declarations, networks; ``["?"]`` for a
    result that does not say."""
    depends = result.get("depends")
    return changed(depends, program_path(program_of(bench))) if depends else ["?"]


def marked(claim: Claim, results: Results) -> str:
    """Return ``shown``, marked where it was measured with another tree."""
    value = shown(claim, results)
    is_old = value != NOT_MEASURED and what_changed(claim.bench, results[claim.bench])
    return value + OLD if is_old else value


def is_repeatable(result: Mapping[str, Any]) -> bool:
    """Return whether a result names the revision of exactly what was measured."""
    return result["revision"] != "unknown" and not result["revision"].endswith("+")


def page(claims: Mapping[str, Sequence[Claim]], results: Results) -> str:
    """Return the page of figures as Markdown."""
    lines = [_HEAD]
    for title, rows in claims.items():
        lines += [f"## {title}", "", "| Đo gì | Muốn | Đo được | Phép đo |", "|---|---|---|---|"]
        lines += [
            f"| {claim.label} | {claim.wanted or NO_VALUE} | {marked(claim, results)} | [{claim.bench}](#đo-ở-đâu) |"
            for claim in rows
        ]
        lines.append("")
    lines += [
        _NOTES.strip(),
        "",
        "## Đo ở đâu",
        "",
        "| Phép đo | Lệnh | Ngày | Bản | Mất | Máy |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_origin(name, result) for name, result in results.items()]
    return "\n".join(lines) + "\n"


def headlines(claims: Mapping[str, Sequence[Claim]], results: Results) -> str:
    """Return the rows of the README as Markdown."""
    rows = [claim for subject in claims.values() for claim in subject if claim.headline]
    lines = ["| Đo gì | Muốn | Đo được |", "|---|---|---|"]
    lines += [
        f"| {claim.headline} | {claim.wanted or NO_VALUE} | {marked(claim, results)} |" for claim in rows
    ]
    if any(line.endswith(f"{OLD} |") for line in lines):
        lines += _OLD_HEADLINES.rstrip().split("\n")
    return "\n".join(lines).replace("](book-checks.md", "](docs/reference/book-checks.md") + "\n"


def with_headlines(text: str, table: str) -> str:
    """Return the README with the table between its marks."""
    return _MARKED.sub(lambda match: match[1] + "\n" + table + "\n" + match[2], text)


def main() -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    for path in sorted(BENCH_OUT.glob("*.json")):
        if not is_repeatable(json.loads(path.read_text(encoding="utf-8"))):
            say(f"{path.name}: đo khi mã nguồn có chỗ sửa chưa ghi vào git, không ghi. Hãy đo lại.")
            continue
        (RESULTS / path.name).write_bytes(path.read_bytes())
    claims, results = read_claims(), read_results(RESULTS)
    PAGE.write_text(page(claims, results), encoding="utf-8")
    table = headlines(claims, results)
    README.write_text(with_headlines(README.read_text(encoding="utf-8"), table), encoding="utf-8")
    missing = sorted({claim.bench for rows in claims.values() for claim in rows} - set(results))
    for name, result in results.items():
        if is_of_other_networks(name, result):
            say(
                f"{name}: đo với mạng khác mạng trong ocr_models/, không ghi. Đo lại: make bench-{program_of(name)}"
            )
        elif names := what_changed(name, result):
            say(f"{name}: số cũ ({', '.join(names)})")
    print(f"Đã ghi {PAGE.relative_to(ROOT)}; chưa có kết quả của: {', '.join(missing) or 'không phép nào'}.")


def _key(figures: Mapping[str, Any], step: str) -> str:
    """Return the key that a step names: ``*`` at its end means the only key with that beginning, ``$`` the last key."""
    if step == "$":
        return [*figures][-1]
    if not step.endswith("*"):
        return step
    (key,) = _fitting(figures, step[:-1]) or [step]
    return key


def _fitting(figures: Mapping[str, Any], start: str) -> list[str]:
    keys = [key for key in figures if key.startswith(start)]
    return keys if len(keys) == 1 else []


def _element(figures: Sequence[Mapping[str, Any]], step: str) -> Mapping[str, Any]:
    wanted = dict(pair.split("=", 1) for pair in step.strip("[]").split(";"))
    for element in figures:
        if all(str(element.get(key)) == value for key, value in wanted.items()):
            return element
    raise KeyError(step)


def _formatted(figures: Any, path: str, name: str) -> str:
    value = value_at(figures, path)
    return NO_VALUE if value is None else FORMATS[name](value)


def _origin(name: str, result: Mapping[str, Any]) -> str:
    machine = result["machine"]
    arguments = " ".join(result["arguments"])
    command = f"`make bench-{program_of(name)}`" + (f" (`{arguments}`)" if arguments else "")
    where = f"{machine['cpu']}, {machine['cores']} nhân, {machine['memory_gb']} GB"
    lasted = f"{format_count(seconds)} giây" if (seconds := result.get("seconds")) else NO_VALUE
    return f"| {name} | {command} | {result['date']} | `{result['revision']}` | {lasted} | {where} |"


def program_of(name: str) -> str:
    """The benchmark that writes a result: ``chaos`` writes ``chaos-sqlite``, ``imaging`` writes ``imaging-skew``."""
    parts = name.split("-")
    starts = ("-".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((start for start in starts if _is_program(start)), name)


def _is_program(name: str) -> bool:
    return any((ROOT / "benchmarks").glob(_pattern(name)))


def program_path(program: str) -> Path:
    """The main module of a benchmark."""
    return next((ROOT / "benchmarks").glob(_pattern(program)))


def _pattern(program: str) -> str:
    return f"*/bench_{program.replace('-', '_')}.py"


if __name__ == "__main__":
    main()
