"""The handbook in the browser: the pages of ``docs/`` for the people of an office, rendered as HTML.

Disk and screen show the same files. A page that ``index.md`` names under ``TECHNICAL`` alone is for the machine's
administrator: it comes last, in the contents and among search results. Decisions and the architecture are left out;
a link to a page outside the handbook is shown as plain text, since browsers cannot reach it.
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
from textwrap import shorten
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from pipeline.base.text.tones import unaccented

SECTIONS = ("tutorial", "how-to", "reference")
"""The folders of ``docs/`` whose pages are in the handbook."""

START = "/handbook"

TECHNICAL = "Dành cho kỹ thuật"
"""The heading in ``index.md`` above the pages for engineers."""

LONGEST_EXCERPT = 240
"""Largest number of characters of a page that a search result shows."""

_SENTENCE_END = re.compile(r"(?<=[.:;!?])\s+")

_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
"""Comments in a page for its authors."""

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
    ("/custody/scans", "how-to/check-scans"),
    ("/custody", "how-to/hand-over-books"),
    ("/changes", "how-to/link-acts"),
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
    ("/communes", "how-to/report"),
    ("/statistics", "how-to/civil-statistics"),
    ("/search", "how-to/search"),
    ("/entries", "how-to/supervise"),
    ("/withdrawals", "how-to/withdraw"),
    ("/api-tokens", "how-to/let-systems-read"),
    ("/accounts", "reference/roles"),
    ("/new-accounts", "reference/roles"),
    ("/confirmations", "reference/roles"),
    ("/settings/signing", "how-to/deliver#chữ-ký-số-của-cơ-quan"),
    ("/settings", "how-to/supervise#thiết-lập-của-cơ-quan"),
    ("/rules", "how-to/set-rules"),
    ("/terms", "how-to/set-rules"),
    ("/registers", "how-to/declare-a-register"),
    ("/audit", "how-to/verify-the-audit"),
    ("/backup", "how-to/back-up"),
    ("/readers", "how-to/teach-the-reader"),
)
"""The handbook page for the screens under an address; the first matching address counts."""


@dataclass(frozen=True, slots=True)
class HandbookPage:
    """A rendered page of the handbook.

    Attributes:
        html: The text without the title, safe for inclusion in a page.
        parts: Anchor and text of each second-level heading.
        is_technical: Whether the page is for the machine's administrator.
    """

    title: str
    html: Markup
    parts: tuple[tuple[str, str], ...]
    is_technical: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of the handbook, safe for inclusion in a page.

    Attributes:
        html: The pages for the people of an office; empty where no documents are installed.
        technical: The pages for the machine's administrator.
    """

    html: Markup
    technical: Markup


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A search result.

    Attributes:
        name: The page's address within the handbook.
        excerpt: The sentence with most of the searched words, as plain text.
    """

    name: str
    title: str
    is_technical: bool
    excerpt: str = ""


@cache
def shipped_handbook() -> Handbook:
    """Return the handbook of this installation: next to the package in a checkout, else under ``share``."""
    checkout = Path(__file__).resolve().parents[2] / "docs"
    return Handbook(checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "hotich" / "docs")


def handbook_address(path: str) -> str:
    """Return the address of the handbook page for the screen at ``path``, else the handbook's start."""
    for screen, name in HINTS:
        if path == screen or path.startswith(f"{screen}/"):
            return f"{START}/{name}"
    return START


class Handbook:
    """The pages of a folder of documents. Each page is rendered once a process.

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
        self._sentences: dict[str, tuple[tuple[str, str], ...]] = {}

    def start(self) -> Contents:
        """Return the contents, empty in an installation without documents."""
        html, *technical = (self._render("index", part).html for part in self._contents)
        return Contents(html, Markup().join(technical))

    def page(self, name: str) -> HandbookPage | None:
        """Return a page by its name, such as ``how-to/review``; None for an unknown name."""
        if name not in self._files:
            return None
        if name not in self._rendered:
            self._rendered[name] = self._render(name, self._files[name].read_text(encoding="utf-8"))
        return self._rendered[name]

    def image(self, name: str) -> Path | None:
        """Return the file of a picture in the pages; None for an unknown name."""
        return self._images.get(name)

    def search(self, words: str) -> tuple[FoundPage, ...]:
        """Return the pages with all words, with or without tones.

        Pages with the words in the title come first, then those with most of them in one sentence; technical pages
        come last.
        """
        search_words = unaccented(words).split()
        ranked = []
        for name, path in self._files.items():
            if name not in self._words:
                text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
                self._words[name] = (text.split("\n", 1)[0].removeprefix("#").strip(), unaccented(text))
            title, text = self._words[name]
            if search_words and all(word in text for word in search_words):
                heading = unaccented(title)
                only_in_text = not all(word in heading for word in search_words)
                count, sentence = self._nearest(name, search_words)
                ranked.append((name in self._technical, only_in_text, -count, name, title, sentence))
        return tuple(
            FoundPage(name, title, technical, sentence)
            for technical, _, _, name, title, sentence in sorted(ranked)
        )

    def _nearest(self, name: str, search_words: Sequence[str]) -> tuple[int, str]:
        """Return the first sentence of a page that has most of the words, and how many it has."""
        if name not in self._sentences:
            tokens = _parser().parse(_COMMENT.sub("", self._files[name].read_text(encoding="utf-8")))
            texts = ("".join(part.content or " " for part in token.children or []) for token in tokens)
            found = [one.strip() for text in texts for one in _SENTENCE_END.split(text) if one.strip()]
            self._sentences[name] = tuple((one, re.sub(r"[^\w-]+", " ", unaccented(one))) for one in found)
        counted = [sum(word in plain.split() for word in search_words) for _, plain in self._sentences[name]]
        most = max(counted, default=0)
        sentence = self._sentences[name][counted.index(most)][0] if most else ""
        return most, shorten(sentence, LONGEST_EXCERPT, placeholder=" …")

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
        """Return the tokens of a line with addresses of this application; other links of the handbook are dropped."""
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
        """Return the browser address of a link in a page; ``""`` where its target is outside the handbook."""
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
    """Return the title that a page begins with, and the tokens after it."""
    if len(tokens) > 2 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        return _words(tokens[1]), tokens[3:]
    return "", tokens


def _words(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


def _anchor_headings(tokens: Sequence[Token]) -> tuple[tuple[str, str], ...]:
    """Give every heading its anchor; return anchor and text of the second-level headings."""
    seen: dict[str, int] = {}
    parts = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        words = _words(inline)
        anchor = anchor_of(words)
        repeats = seen.get(anchor, 0)
        seen[anchor] = repeats + 1
        opening.attrs["id"] = f"{anchor}-{repeats}" if repeats else anchor
        if opening.tag == "h2":
            parts.append((str(opening.attrs["id"]), words))
    return tuple(parts)


def anchor_of(words: str) -> str:
    """Return the anchor of a heading as GitHub makes it: lower case, without punctuation, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
