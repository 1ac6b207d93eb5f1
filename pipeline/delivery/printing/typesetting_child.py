"""The typesetting process: it reads an order from its input and answers with a line and the PDF."""

from __future__ import annotations

import json
import os
import resource
import sys

from pipeline.base.child_processes import confine_this_process

MOST_MEMORY = 2 << 30


def answer(order: dict[str, object]) -> tuple[dict[str, object], bytes]:
    """Return the header of the answer, and the PDF."""
    import typst

    root = str(order["root"])
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(order["fonts"])]
    )
    compiler = typst.Compiler(
        os.path.join(root, "main.typ"),  # noqa: PTH118 (a text, as Typst takes it)
        root=root,
        font_paths=fonts,
        ignore_system_fonts=True,
        package_path=str(order["packages"]),
        package_cache_path=str(order["packages"]),
    )
    try:
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards="a-2b", timestamp=int(str(order["timestamp"]))
        )
    except typst.TypstError as error:
        return {"error": _located_error(error.message, error.diagnostic)}, b""
    if warnings:
        return {"error": _located_error(warnings[0].message, warnings[0].diagnostic)}, b""
    assert isinstance(pdf, bytes)
    return {"bytes": len(pdf)}, pdf


def _located_error(message: str, diagnostic: str) -> str:
    """Return the error with its line number, but without the line, which may hold printed values."""
    where = next((line.strip(" ┌─│") for line in diagnostic.splitlines() if "─ " in line and ":" in line), "")
    return f"{message} ({where})" if where else message


def main() -> None:
    """Typeset the order on standard input."""
    order = json.load(sys.stdin.buffer)
    seconds = max(1, round(float(order["seconds"])))
    confine_this_process(os.environ["TMPDIR"])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    header, content = answer(order)
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n" + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
