"""Typesetting of a paper: template, data and pictures become a PDF/A-2b file, in a separate process.

The template is code that an office may have changed, so it gets only a folder with its own files: Typst reads no file
outside it, no font of the machine, and no package (the process has no network access). The data come as JSON, which
Typst reads as values, so that no name can become markup. A template that does not end is stopped.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.base.child_processes import child_environment
from pipeline.base.errors import PrintRefused, SetupError
from pipeline.base.files import TEMP_PREFIX
from pipeline.base.text.control_characters import visible_text
from pipeline.delivery.printing.letters import FONTS

TEMPLATES = Path(__file__).parent / "templates"
SHARED = "official.typ"
"""The part shared by all templates: head of an official paper, fonts, draft mark."""

MAIN, DATA = "main.typ", "data.json"
SECONDS = 30.0
NO_NETWORK = "http://127.0.0.1:9"
"""The proxy of the process; nothing answers there."""


@dataclass(frozen=True, slots=True)
class PrintedPaper:
    """A paper to typeset.

    Attributes:
        data: The content; texts are printed unchanged.
        at: The creation time in the file.
        pictures: JPEG pictures, named ``picture-1.jpg`` and so on for the template.
        shared: Text of ``official.typ``.
    """

    template: str
    data: Mapping[str, Any]
    at: datetime
    pictures: Sequence[bytes] = ()
    shared: str = field(default_factory=lambda: shipped_template(SHARED))


def shipped_template(name: str) -> str:
    """Return the text of a shipped template."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def typeset(paper: PrintedPaper, seconds: float = SECONDS) -> bytes:
    """Return the PDF of a paper; the same paper gives the same bytes.

    Args:
        seconds: Limit of processor time.

    Raises:
        PrintRefused: The template has an error; the message names the line.
        SetupError: The process cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix=TEMP_PREFIX) as scratch:
        root = Path(scratch) / "root"
        root.mkdir()
        (root / MAIN).write_text(paper.template, encoding="utf-8")
        (root / SHARED).write_text(paper.shared, encoding="utf-8")
        (root / DATA).write_text(json.dumps(_visible(paper.data), ensure_ascii=False), encoding="utf-8")
        for number, picture in enumerate(paper.pictures, start=1):
            (root / f"picture-{number}.jpg").write_bytes(picture)
        order = {
            "root": os.fspath(root),
            "fonts": os.fspath(FONTS),
            "packages": scratch,
            "timestamp": int(paper.at.timestamp()),
            "seconds": seconds,
        }
        return _answer(order, scratch, seconds)


def _answer(order: Mapping[str, Any], scratch: str, seconds: float) -> bytes:
    proxies = dict.fromkeys(
        ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), NO_NETWORK
    )
    try:
        process = subprocess.run(
            [sys.executable, "-P", "-m", "pipeline.delivery.printing.typesetting_child"],
            input=json.dumps(order).encode(),
            capture_output=True,
            cwd=scratch,
            env={**child_environment(scratch), **proxies, "RAYON_NUM_THREADS": "1"},
            timeout=4 * seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PrintRefused(_NEVER_ENDS) from None
    except OSError as error:
        raise SetupError(f"Không chạy được chương trình dàn trang: {error.strerror}.") from None
    header, _, content = process.stdout.partition(b"\n")
    try:
        answer = json.loads(header)
    except ValueError:
        raise PrintRefused(_NEVER_ENDS) from None
    if "error" in answer:
        raise PrintRefused(f"Mẫu in sai: {visible_text(str(answer['error']))}")
    return content


_NEVER_ENDS = "Mẫu in chạy quá lâu hoặc cần quá nhiều bộ nhớ nên đã bị dừng. Hãy sửa lại mẫu."


def _visible(content: Any) -> Any:
    """Return template data with hidden characters made visible: a NUL would end the document."""
    if isinstance(content, str):
        return visible_text(content)
    if isinstance(content, Mapping):
        return {name: _visible(value) for name, value in content.items()}
    return [_visible(value) for value in content] if isinstance(content, list | tuple) else content
