"""Propose a signer where a signature crosses the words: the book's officer whose name and title fit the ink best.

Such a region reads ``PC. 8 TTBạ Bích Diệu``, or its line looks struck out. The remaining letters suffice to distinguish
the few officers of a book, but hardly to read a name. So the officer is proposed, never accepted: the text has the
least probability, and the entry gets a finding that names the source.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from pipeline.base.model import Hypothesis, KeptLine, KeptRegion
from pipeline.base.text.tones import unaccented
from pipeline.books.book_context.book_model import name_words
from pipeline.books.book_context.signer_ink import SignerInk, folded
from pipeline.books.book_context.signers import Signers
from pipeline.recognition.decoding import unpack_emissions
from pipeline.values.kinds import SIGNER, Vocabulary

UNREAD = 0.03
"""A region whose text has at least this probability counts as read."""

AHEAD = 3.0
"""Lead (nats) in ink fit that an officer needs over every other officer of the book."""

SEEN = 0.5
"""Share of a word's letters that must be seen for the word to be seen."""

LEAST_SEEN, LEAST_SEEN_OF_READ = 3, 0.6
"""Smallest number of a name's letters in seen words; and their smallest share of the name if the region is read."""

CLEAR, ANOTHER = 0.6, 2
"""Clear name words that are not in the proposed officer's name mean another signer: their clarity and their number."""

COMMON = frozenset({"thị", "văn"})
"""Words in so many names that they identify nobody."""

ONE_NAME = 70.0
"""Similarity (0..100, without marks) from which two spellings may be the same name."""

ONE_WORD = 90.0
"""The same threshold for two words."""

LEAST = 1e-6
"""The probability of a proposed text."""

RANKS = ("Chủ tịch", "CT", "Phó Chủ tịch", "PCT", "P. Chủ tịch")
"""Beginnings of the titles of any commune's officers."""

WITH_NAME, IN_BOOK = 0.6, 0.6
"""Share of the book's titles with the name in a signer's titles, and share of the book's other titles in the rest."""


@dataclass(frozen=True, slots=True)
class ProposedSigner:
    """A proposed officer for an unreadable region.

    Attributes:
        title: The title, ``""`` if absent.
        lines: Name and title as the lines of the region.
    """

    name: str
    title: str
    lines: tuple[str, ...]


def usual_titles(office: str) -> tuple[str, ...]:
    """Return the usual titles of a commune's officers.

    Args:
        office: The office on the cover (``UBND xã Nhơn Mỹ, huyện Chợ Mới``).
    """
    whole = office.partition(",")[0].strip()
    words = whole.split()
    ends = ["", *(" ".join(words[:size]) for size in (1, 2, len(words)) if size <= len(words))]
    return tuple(dict.fromkeys(f"{rank} {end}".strip() for rank in RANKS for end in ends))


def with_book_signer(
    region: KeptRegion, signers: Signers, titles: Sequence[str], vocabulary: Vocabulary | None
) -> KeptRegion:
    """Return a signer's region with the officer of the book whose name and title best fit its ink.

    The region stays the same if it is read, or if no officer of the book fits clearly better than the others.

    Args:
        titles: The possible titles of its officers (``usual_titles``).
        vocabulary: Usual titles, for splitting a text into name and title.
    """
    lines = [line for line in region.lines if line.reading.text]
    if not signers.names or not lines or any(not _is_evidence(line) for line in lines):
        return region
    split = SIGNER.split
    is_unread = _is_unread(lines)
    if not is_unread and not _is_doubtful(**split(_text(lines), vocabulary), signers=signers):
        return region
    signer = _proposed(lines, signers, titles, 0.0 if is_unread else LEAST_SEEN_OF_READ)
    if signer is None:
        return region
    parted = split("\n".join(filter(None, signer.lines)), vocabulary)
    if (parted["name"], parted["title"]) != (signer.name, signer.title):
        return region
    proposed = iter(signer.lines)
    return replace(
        region,
        lines=tuple(
            proposed_line(line, next(proposed)) if line.reading.text else line for line in region.lines
        ),
    )


def _text(lines: Sequence[KeptLine]) -> str:
    return "\n".join(line.reading.text for line in lines)


def _is_evidence(line: KeptLine) -> bool:
    return bool(line.reading.emissions) and line.reading.evidence is not None


def _is_unread(lines: Sequence[KeptLine]) -> bool:
    chance = math.prod(line.reading.confidence for line in lines)
    return chance < UNREAD or any(line.is_struck for line in lines)


def _is_doubtful(name: str, title: str, signers: Signers) -> bool:
    """Return whether a reading is probably incomplete, or has a word that occurs in no name.

    A reading is incomplete if the name lacks its title, or lacks the first words of a name in the book (their ink may
    be missed), or if the book has a similar name of usual words.
    """
    if _is_strange(name):
        return any(_is_one(name, other) and not _is_strange(other) for other in signers.names)
    if not title:
        return all(folded(name) != folded(other) for other in signers.names)
    return len(name.split()) > 1 and any(other.endswith(f" {name}") for other in signers.names)


def _is_strange(name: str) -> bool:
    words = name_words()
    return bool(words) and any(len(folded(word)) > 1 and folded(word) not in words for word in name.split())


def _proposed(
    lines: Sequence[KeptLine], signers: Signers, titles: Sequence[str], least_seen: float
) -> ProposedSigner | None:
    read = " ".join(line.reading.text for line in lines)
    names = _names(signers, is_upper=_is_upper(read))
    known = list(
        dict.fromkeys((*sorted(signers.titles, key=lambda other: (-signers.titles[other], other)), *titles))
    )
    ink = SignerInk(
        [unpack_emissions(line.reading.emissions) for line in lines], " ".join((*names, *known, read))
    )
    known = [title for title in known if ink.knows(title)]
    names = {name: pages for name, pages in names.items() if ink.knows(name)}
    pairs = [(name, title) for name in names for title in _first_titles(name, signers)]
    ahead: dict[str, float] = {}
    for _, name, title, is_first in _likeliest(ink, pairs, signers):
        if name not in ahead:
            ahead[name] = ink.best_path(_ordered(name, title, is_first))
    name = max(ahead, key=lambda candidate: (ahead[candidate], candidate), default="")
    if not known or math.isinf(ahead.get(name, -math.inf)):
        return None  # letters outside the networks' alphabet, or a line shorter than any name
    others = [score for other, score in ahead.items() if not _is_one(name, other)]
    if others and ahead[name] - max(others) < AHEAD:
        return None
    least = least_seen if others else LEAST_SEEN_OF_READ  # nobody to compare with
    if not _is_seen(ink, name, least) or _says_another(ink, read, name, known):
        return None
    alike = [candidate for candidate in names if _is_one(name, candidate)]
    spelled = max(alike, key=lambda candidate: (not _is_strange(candidate), names[candidate], candidate))
    _, _, title, is_first = _likeliest(ink, [(spelled, title) for title in known], signers)[0]
    text = f"{title}: {spelled}" if is_first else f"{spelled}, {title}"
    return ProposedSigner(spelled, title, ink.parted(text))


def _is_seen(ink: SignerInk, name: str, least: float) -> bool:
    """Return whether the ink keeps enough of a name to distinguish it from unknown names."""
    seen_words = {word: len(word) for word, share in ink.seen(name).items() if share >= SEEN}
    telling = sum(letters for word, letters in seen_words.items() if word not in COMMON)
    return telling >= LEAST_SEEN and sum(seen_words.values()) >= least * len(folded(name).replace(" ", ""))


def _says_another(ink: SignerInk, read: str, name: str, titles: Sequence[str]) -> bool:
    """Return whether the reading has words of another name that are clear enough."""
    own = [unaccented(word) for word in folded(f"{name} {' '.join(titles)}").split()]
    foreign = {
        word
        for word, share in ink.seen(read).items()
        if share >= CLEAR
        and len(word) > 1
        and word in name_words()
        and all(fuzz.ratio(unaccented(word), own_word) < ONE_WORD for own_word in own)
    }
    return len(foreign - COMMON) >= ANOTHER


def _ordered(name: str, title: str, is_first: bool) -> str:
    return f"{title} {name}" if is_first else f"{name} {title}"


def _likeliest(
    ink: SignerInk, pairs: Sequence[tuple[str, str]], signers: Signers
) -> list[tuple[float, str, str, bool]]:
    """Return (score, name, title, whether the title comes first), likeliest first."""
    ways = [(name, title, is_first) for name, title in dict.fromkeys(pairs) for is_first in (False, True)]
    scores = ink.scores([_ordered(*way) for way in ways])
    scored = [
        (score + _prior(name, title, signers, len(pairs)), name, title, is_first)
        for score, (name, title, is_first) in zip(scores, ways, strict=True)
    ]
    return sorted(scored, key=lambda way: -way[0])


def _names(signers: Signers, *, is_upper: bool) -> dict[str, float]:
    """Return the names of a book in the case of a text, with their page counts."""
    pages_by_name: dict[str, float] = {}
    for name, pages in signers.names.items():
        plain = name.title() if name.isupper() else name
        cased = plain.upper() if is_upper else plain
        pages_by_name[cased] = pages_by_name.get(cased, 0.0) + pages
    return pages_by_name


def _first_titles(name: str, signers: Signers) -> list[str]:
    """Return the titles that are tried first with a name: its most frequent titles, and short titles."""
    own = {title: pages for (signer, title), pages in signers.pairs.items() if folded(signer) == folded(name)}
    some = own or signers.titles
    return [*sorted(some, key=lambda title: (-some[title], title))[:2], *RANKS]


def _prior(name: str, title: str, signers: Signers, known: int) -> float:
    """Return the log prior of a title with a name, by its letters alone."""
    wanted = folded(title)
    own = [(other, pages) for (who, other), pages in signers.pairs.items() if folded(who) == folded(name)]
    chance, left = 0.0, 1.0
    for share, some in ((WITH_NAME, own), (IN_BOOK, list(signers.titles.items()))):
        every = sum(pages for _, pages in some)
        weight = left * share * every / (every + 1.0)
        chance += (
            weight * sum(pages for other, pages in some if folded(other) == wanted) / every if every else 0.0
        )
        left -= weight
    chance += left / known
    return math.log(chance)


def _is_one(name: str, other: str) -> bool:
    return fuzz.ratio(unaccented(folded(name)), unaccented(folded(other))) >= ONE_NAME


def _is_upper(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum(map(str.isupper, letters)) > 1.2 * len(letters)


def proposed_line(line: KeptLine, text: str) -> KeptLine:
    """Return a line with a text from the book alone; the original reading stays among its hypotheses."""
    reading = line.reading
    assert reading.evidence is not None
    others = [
        Hypothesis(hypothesis.text, min(hypothesis.chance, 0.5 * LEAST))
        for hypothesis in reading.hypotheses
        if hypothesis.text != text
    ]
    known = reading.evidence
    evidence = replace(
        known,
        chance=LEAST,
        margin=0.0,
        optical=min(known.optical, 0.5),
        weakest=0.0,
        agreement=0.0,
        support=0.0,
    )
    return replace(
        line,
        is_struck=False,
        reading=replace(
            reading,
            text=text,
            confidence=LEAST,
            hypotheses=(Hypothesis(text, LEAST), *others),
            evidence=evidence,
        ),
    )
