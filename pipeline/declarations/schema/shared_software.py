"""Rules of the model of the shared software, as ``schemas/loading.toml`` and a province's refusals declare them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.base.files import write_atomically
from pipeline.base.staff_tables import checked_rows, note_unknown_tables
from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.schema.declaration import Declaration

PROVINCE_FILE = "loading.toml"
"""The file of a workspace with the refusals of the real software."""


class LoadingRule(Declaration):
    """One test that the shared software makes of the cells of some columns.

    Attributes:
        columns: Patterns of column names; ``*`` stands for any letters.
        templates: Patterns of the templates; none: all.
        outcome: ``refused``: the row is not taken; ``otherwise``: it is read otherwise than meant.
        source: Where the rule was seen, or what it was concluded from.
        says: What is wrong with the cell, in Vietnamese.
        longest: Largest number of letters.
        form: Expression that the whole text, also an empty text, must match.
        never: Expression that a text must not contain.
        values: Texts that are refused.
        listed: Whether the text must be a name of the complete list of the column.
        words: Expression in the text of the column ``beside`` with which the cell must not be empty.
    """

    code: str
    columns: tuple[str, ...] = Field(min_length=1)
    templates: tuple[str, ...] = ()
    outcome: Literal["refused", "otherwise"]
    evidence: Literal["seen", "inferred", "assumed"]
    source: str
    says: str
    longest: int | None = None
    form: str = ""
    never: str = ""
    values: tuple[str, ...] = ()
    listed: bool = False
    beside: str = ""
    words: str = ""

    @model_validator(mode="after")
    def _has_one_test(self) -> Self:
        tests = (self.longest, self.form, self.never, self.values, self.listed, self.words)
        if sum(bool(test) for test in tests) != 1 or bool(self.beside) != bool(self.words):
            raise ValueError(f"{self.code}: one of longest, form, never, values, listed, beside with words")
        for expression in (self.form, self.never, self.words):
            re.compile(expression)
        return self

    @property
    def blocks(self) -> bool:
        """Whether a row against this rule is held back: it is refused, and that was seen."""
        return self.outcome == "refused" and self.evidence == "seen"

    def holds_in(self, template: str, column: str) -> bool:
        """Return whether the rule is about a column of a template."""
        matches = any(fnmatchcase(column, pattern) for pattern in self.columns)
        return matches and (not self.templates or any(fnmatchcase(template, one) for one in self.templates))

    def column_beside(self, column: str) -> str:
        """Return the column beside, with the letters that ``*`` stands for in ``column``."""
        for pattern in self.columns:
            if fnmatchcase(column, pattern):
                stem = column.removesuffix(pattern.partition("*")[2])
                return self.beside.replace("*", stem)
        return self.beside

    def is_broken_by(self, text: str, beside: str, names: frozenset[str]) -> bool:
        """Return whether a cell is against the rule.

        Args:
            beside: The cell of the column beside.
            names: The complete list of the column; empty: not known, the rule then says nothing.
        """
        if self.words:
            return not text and self._words.search(beside) is not None
        if self.form:
            return self._form.fullmatch(text) is None
        if not text:
            return False
        if self.longest is not None:
            return len(text) > self.longest
        if self.never:
            return self._never.search(text) is not None
        return text in self.values or (self.listed and bool(names) and text not in names)

    @cached_property
    def _words(self) -> re.Pattern[str]:
        return re.compile(self.words)

    @cached_property
    def _form(self) -> re.Pattern[str]:
        return re.compile(self.form)

    @cached_property
    def _never(self) -> re.Pattern[str]:
        return re.compile(self.never)


def read_province_rules(path: Path) -> tuple[LoadingRule, ...]:
    """Return the rules that refusals of the real software became; without the file there are none.

    Raises:
        SchemaError: Lists every flaw with its line.
    """
    if not path.exists():
        return ()
    file = StaffFile(path)
    note_unknown_tables(file, ("rule",))
    rows = checked_rows(file, "rule", LoadingRule)
    file.refuse_flaws()
    return tuple(rule for _, rule in rows)


def write_province_rules(path: Path, rules: Iterable[LoadingRule]) -> None:
    """Write the rules of a province to its TOML file."""
    lines = ["# Dòng mà phần mềm dùng chung đã từ chối, đưa vào bằng hotich rehearse --refusals.\n"]
    for rule in rules:
        keys = rule.model_dump(exclude_defaults=True, mode="json")
        # a JSON string or list of strings is one of TOML too
        lines.append(
            "[[rule]]\n"
            + "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items())
        )
    write_atomically(path, "\n".join(lines).encode(), overwrite=True)
