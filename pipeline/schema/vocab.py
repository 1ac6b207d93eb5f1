"""``schemas/vocab``: code lists."""

from __future__ import annotations

from pydantic import Field

from pipeline.schema.declaration import Declaration


class Term(Declaration):
    """One entry of a code list: ``code`` in the Ministry's file, ``label`` on screen, ``aliases`` on paper."""

    code: str
    label: str
    aliases: tuple[str, ...] = ()


class Vocab(Declaration):
    """A code list; ``source``: where it was read; ``finding``: what a text raises that is no term of it."""

    vocab: str
    title: str
    source: str
    finding: str = "NOT-IN-LIST"
    terms: tuple[Term, ...] = Field(alias="term")
