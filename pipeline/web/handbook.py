"""The handbook in the browser: the pages of ``docs/`` that tell people of an office how to work, rendered as HTML.

The same files are read on the disk and on the screen. What ``index.md`` names under ``TECHNICAL`` alone is for who
looks after the machine: it comes after the rest, in the contents and among what is found. Decisions and the
architecture are left out; what a page links to beyond the handbook is shown without a link, since browsers cannot
reach it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from posixpath import normpath
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from pipeline.base.text.tones import unaccented

SECTIONS = ("tutorial", "how-to", "reference")
"""The folders of ``docs/`` whose pages are in the handbook."""

START = "/handbook"

TECHNICAL = "Dành cho kỹ thuật"
"""The heading in ``index.md`` under which pages stand that are for engineers."""

_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
"""What a page says to those who write it."""

_LINKED = re.compile(rf"\(((?:{'|'.join(SECTIONS)})/[^)#]+)\.md[^)]*\)")
"""The name of a page that ``index.md`` links to."""

HINTS = (
    ("/desk", "how-to/review"),
    ("/column", "how-to/review"),
    ("/comments", "how-to/work-together"),
    ("/guidelines", "how-to/work-together"),
    ("/assignments", "how-to/work-together"),
    ("/data-entry", "how-to/enter-data"),
    ("/reconcile", "how-to/reconcile"),
    ("/books", "how-to/scan-in-the-browser"),
    ("/runs", "how-to/scan-in-the-browser"),
    ("/tickets", "how-to/scan-in-the-browser"),
    ("/phone", "how-to/scan-in-the-browser"),
    ("/intake", "how-to/scanning-desk"),
    ("/imports", "how-to/bring-a-workbook"),
    ("/forms", "how-to/add-a-form"),
    ("/lots", "how-to/sample"),
    ("/packages", "how-to/deliver"),
    ("/extracts", "how-to/print"),
    ("/reports/pilot", "how-to/send-pilot-figures"),
    ("/reports", "how-to/report"),
    ("/search", "how-to/search"),
    ("/entries", "how-to/supervise"),
    ("/withdrawals", "how-to/withdraw"),
    ("/api-tokens", "how-to/let-systems-read"),
    ("/accounts", "reference/roles"),
    ("/new-accounts", "reference/roles"),
    ("/confirmations", "reference/roles"),
    ("/settings", "how-to/supervise#thiết-lập-của-cơ-quan"),
    ("/rules", "how-to/set-rules"),
    ("/terms", "how-to/set-rules"),
    ("/registers", "how-to/declare-a-register"),
    ("/audit", "how-to/verify-the-audit"),
    ("/backup", "how-to/back-up"),
    ("/readers", "how-to/teach-the-reader"),
)
"""The page of the handbook that tells of the screens under an address, by the first that fits."""


@dataclass(frozen=True, slots=True)
class HandbookPage:
    """A page as it is shown.

    Attributes:
        title: The heading of the page.
        html: The text without that heading, safe to stand in a page.
        parts: The anchors and words of its second-level headings.
        is_technical: Whether it is for who looks after the machine.
    """

    title: str
    html: Markup
    parts: tuple[tuple[str, str], ...]
    is_technical: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of the handbook, safe to stand in a page.

    Attributes:
        html: What people of an office work by; empty where no documents are installed.
        technical: What is for who looks after the machine.
    """

    html: Markup
    technical: Markup


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page in which words were found: its address within the handbook, its heading, and whether it is technical."""

    name: str
    title: str
    is_technical: bool


@cache
def shipped_handbook() -> Handbook:
    """Return the handbook of this installation: next to the package in a checkout, else under ``share``."""
    checkout = Path(__file__).resolve().parents[2] / "docs"
    return Handbook(checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "hotich" / "docs")


def handbook_address(path: str) -> str:
    """Return the address of the page of the handbook that tells of the screen at ``path``, else of its start."""
    for screen, name in HINTS:
        if path == screen or path.startswith(f"{screen}/"):
            return f"{START}/{name}"
    return START


class Handbook:
    """The pages of one folder of documents. Each is rendered once in a process.

    Args:
        folder: The folder, with ``index.md``, ``images`` and a folder for each of ``SECTIONS``.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {
            f"{section}/{path.stem}": path
            for section in SECTIONS
            for path in sorted((folder / section).glob("*.md"))
        }
        index = folder / "index.md"
        text = index.read_text(encoding="utf-8") if index.is_file() else ""
        self._contents = text.split("\n**Vì sao như vậy**")[0].split(f"\n**{TECHNICAL}**\n")
        for_all, *technical = (set(_LINKED.findall(part)) for part in self._contents)
        self._technical = frozenset(set().union(*technical) - for_all)
        self._images = {path.name: path for path in sorted((folder / "images").glob("*.*"))}
        self._rendered: dict[str, HandbookPage] = {}
        self._words: dict[str, tuple[str, str]] = {}

    def start(self) -> Contents:
        """Return the contents; those of an installation without documents are empty."""
        html, *technical = (self._render("index", part).html for part in self._contents)
        return Contents(html, Markup().join(technical))

    def page(self, name: str) -> HandbookPage | None:
        """Return a page by its name, like ``how-to/review``; None where there is none."""
        if name not in self._files:
            return None
        if name not in self._rendered:
            self._rendered[name] = self._render(name, self._files[name].read_text(encoding="utf-8"))
        return self._rendered[name]

    def image(self, name: str) -> Path | None:
        """Return the file of a picture of the pages; None where there is none."""
        return self._images.get(name)

    def search(self, words: str) -> tuple[FoundPage, ...]:
        """Return the pages that hold all words, with or without tones.

        Technical ones come last; of either those first that have the words in the heading.
        """
        asked = unaccented(words).split()
        found = []
        for name, path in self._files.items():
            if name not in self._words:
                text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
                self._words[name] = (text.split("\n", 1)[0].removeprefix("#").strip(), unaccented(text))
            title, text = self._words[name]
            if asked and all(word in text for word in asked):
                heading = unaccented(title)
                is_below = not all(word in heading for word in asked)
                found.append((name in self._technical, is_below, name, title))
        return tuple(FoundPage(name, title, technical) for technical, _, name, title in sorted(found))

    def _render(self, name: str, text: str) -> HandbookPage:
        parser = _parser()
        tokens = parser.parse(_COMMENT.sub("", text))
        title, tokens = _without_title(tokens)
        parts = _anchor_headings(tokens)
        for token in tokens:
            token.children = self._reachable(name, token.children or []) if token.children else token.children
        html = Markup(parser.renderer.render(tokens, parser.options, {}))
        return HandbookPage(title, html, parts, name in self._technical)

    def _reachable(self, name: str, tokens: Sequence[Token]) -> list[Token]:
        """Return the tokens of a line with addresses of this application; links that lead nowhere are left out."""
        kept: list[Token] = []
        open_links: list[bool] = []
        for token in tokens:
            if token.type == "link_open":
                address = self._address(name, str(token.attrs["href"]))
                open_links.append(bool(address))
                if not address:
                    continue
                token.attrs["href"] = address
                if not address.startswith(("/", "#")):
                    token.attrs |= {"rel": "noopener", "target": "_blank"}
            elif token.type == "link_close" and not open_links.pop():
                continue
            elif token.type == "image":
                picture = Path(str(token.attrs["src"])).name
                if picture not in self._images:
                    continue
                token.attrs["src"] = f"{START}/images/{picture}"
                token.attrs["loading"] = "lazy"
            kept.append(token)
        return kept

    def _address(self, name: str, target: str) -> str:
        """Return where a link of a page leads in the browser; ``""`` where that is not in the handbook."""
        parts = urlsplit(target)
        if parts.scheme:
            return target if parts.scheme == "https" else ""
        if not parts.path:
            return f"#{parts.fragment}"
        other = normpath(f"{name}/../{parts.path}").removesuffix(".md")
        if other not in self._files:
            return ""
        return f"{START}/{other}" + (f"#{parts.fragment}" if parts.fragment else "")


@cache
def _parser() -> MarkdownIt:
    """Return the parser: CommonMark with tables; HTML in a page is shown as it is written."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _without_title(tokens: list[Token]) -> tuple[str, list[Token]]:
    """Return the words of the heading that a page begins with, and the tokens after it."""
    if len(tokens) > 2 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        return _words(tokens[1]), tokens[3:]
    return "", tokens


def _words(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


def _anchor_headings(tokens: Sequence[Token]) -> tuple[tuple[str, str], ...]:
    """Give every heading the anchor that links of the documents use; return those of the second level."""
    seen: dict[str, int] = {}
    parts = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        words = _words(inline)
        anchor = anchor_of(words)
        again = seen.get(anchor, 0)
        seen[anchor] = again + 1
        opening.attrs["id"] = f"{anchor}-{again}" if again else anchor
        if opening.tag == "h2":
            parts.append((str(opening.attrs["id"]), words))
    return tuple(parts)


def anchor_of(words: str) -> str:
    """Return the anchor of a heading: lower case, without punctuation, hyphens for spaces, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
