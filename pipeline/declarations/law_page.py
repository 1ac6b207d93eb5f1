"""The page ``docs/reference/law.md``: the law that the declarations rest on, and what rests on each text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from pipeline.base.files import parse_toml
from pipeline.declarations.schema import Declaration, Schemas, default_folder, validate_declaration

HEAD = """\
<!-- Trang này do lệnh sau viết ra; đừng sửa tay: hotich rules --law > docs/reference/law.md -->

# Căn cứ pháp lý

Khai báo của chương trình (quy tắc, danh mục, mô hình phần mềm dùng chung) dựa vào văn bản nào, đã đọc tới đâu, đối
chiếu đến ngày nào. Văn bản ra sau ngày ấy thì chưa xét. Văn bản mới là một dòng của `schemas/law.toml`.
“Chưa đọc” là văn bản mà chưa ai đối chiếu với khai báo: chỗ nào dẫn nó là dẫn theo lời trích hay hiểu biết chung, cần
người của cơ quan xem lại.

| Văn bản | Về việc | Hiệu lực từ | Đã đọc | Đối chiếu ngày | Dựa vào |
|---|---|---|---|---|---|"""

READ = {
    "read": "các điều được dẫn",
    "excerpt": "trích đoạn",
    "second-hand": "qua lời người khác",
    "unread": "**chưa đọc**",
}


class LawText(Declaration):
    """A text of law, as ``schemas/law.toml`` declares it.

    Attributes:
        cited: Expression that its name matches in sources.
        held: The day on which the declarations were held against it; ``""``: never.
    """

    name: str
    cited: str
    state: Literal["read", "excerpt", "second-hand", "unread"]
    held: str
    since: str = ""
    about: str

    @model_validator(mode="after")
    def _is_held_or_unread(self) -> Self:
        if not self.held and self.state in ("read", "excerpt"):
            raise ValueError(
                f"{self.name}: {self.state} needs the day on which the declarations were held against it"
            )
        return self


def law_texts(folder: Path | None = None) -> tuple[LawText, ...]:
    """Return the declared texts, in their order.

    Raises:
        SchemaError: A text is declared wrongly.
    """
    file = (folder or default_folder()) / "law.toml"
    rows = parse_toml(file.read_text("utf-8"))["text"]
    return tuple(validate_declaration(LawText, row, file) for row in rows)


def sources_of(schemas: Schemas) -> Mapping[str, str]:
    """Return the sources of all declarations that have one, by the name of the declaration."""
    return {
        **{code: spec.source for code, spec in schemas.findings.items()},
        **{code: spec.source for code, spec in schemas.principles.items()},
        **{f"danh mục {name}": vocab.source for name, vocab in schemas.vocabs.items()},
        **{f"nạp {rule.code}": rule.source for rule in schemas.loading},
    }


def law_page(schemas: Schemas, texts: tuple[LawText, ...]) -> str:
    """Return the whole page, in Markdown."""
    return "\n".join(_lines(schemas, texts)) + "\n"


def _lines(schemas: Schemas, texts: tuple[LawText, ...]) -> Iterator[str]:
    yield HEAD
    sources = sources_of(schemas)
    for text in texts:
        cited = re.compile(text.cited)
        resting = ", ".join(name for name, source in sources.items() if cited.search(source)) or "–"
        held = _day(text.held) or "**chưa**"
        yield f"| {text.name} | {text.about} | {_day(text.since) or '–'} | {READ[text.state]} | {held} | {resting} |"


def _day(iso: str) -> str:
    return "/".join(reversed(iso.split("-"))) if iso else ""
