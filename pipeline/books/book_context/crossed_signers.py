"""Who signed where a signature crosses the words: the officer of the book whose name and title fit the ink best.

Such a blank reads ``PC. 8 TTBạ Bích Diệu``, or its line seems struck out. What is left of its letters is enough to tell
the few officers of a book from one another, and hardly enough to read one. So the officer is proposed, never accepted:
the text bears the least probability, and the entry a finding that says where it comes from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from pipeline.base.model import Hypothesis, KeptLine, KeptRegion
from pipeline.base.text.tones import unaccented
from pipeline.books.book_context.name_words import name_words
from pipeline.books.book_context.signer_ink import SignerInk, folded
from pipeline.books.book_context.signers import Signers
from pipeline.recognition.decoding import unpack_emissions
from pipeline.values.kinds import COMPOSITES, Vocabulary

UNREAD = 0.03
"""The probability of a region's text from which it counts as read."""

AHEAD = 3.0
"""By how much (nats) an officer has to fit the ink better than any other of the book."""

SEEN = 0.5
"""The share of a word's letters from which the word is seen."""

LEAST_SEEN, LEAST_SEEN_OF_READ = 3, 0.6
"""How many letters of a name have to stand in words that are seen; and what share of its letters, where its blank is
read."""

CLEAR, ANOTHER = 0.6, 2
"""How many words of names that the officer does not have are clear where another one signed."""

COMMON = frozenset({"thị", "văn"})
"""Words that tell hardly anybody from anybody."""

ONE_NAME = 70.0
"""How like (0..100), marks aside, two spellings are that may be one name."""

ONE_WORD = 90.0
"""The same of two words."""

LEAST = 1e-6
"""The probability of a text that is proposed."""

RANKS = ("Chủ tịch", "CT", "Phó Chủ tịch", "PCT", "P. Chủ tịch")
"""How the titles begin that the officers of any commune bear."""

WITH_NAME, IN_BOOK = 0.6, 0.6
"""The share of a signer's titles that the book has with the name, and of the others that it has at all."""


@dataclass(frozen=True, slots=True)
class ProposedSigner:
    """An officer of the book for a blank that cannot be read.

    Attributes:
        name: The name.
        title: The title, ``""`` for none.
        lines: Both as the lines of the blank.
    """

    name: str
    title: str
    lines: tuple[str, ...]


def usual_titles(office: str) -> tuple[str, ...]:
    """Return titles that the officers of a commune bear.

    Args:
        office: Whose book it is, as on the cover (``UBND xã Nhơn Mỹ, huyện Chợ Mới``).
    """
    whole = office.partition(",")[0].strip()
    words = whole.split()
    ends = ["", *(" ".join(words[:size]) for size in (1, 2, len(words)) if size <= len(words))]
    return tuple(dict.fromkeys(f"{rank} {end}".strip() for rank in RANKS for end in ends))


def with_book_signer(
    region: KeptRegion, signers: Signers, titles: Sequence[str], vocabulary: Vocabulary | None
) -> KeptRegion:
    """Return a signer's region with the officer of the book whose name and title are left in its ink.

    The same region where it is read, or where the book has no officer who fits clearly better than the others.

    Args:
        region: The region.
        signers: Who signs in the book.
        titles: The titles that its officers may bear (``usual_titles``).
        vocabulary: Usual titles, by which a text is parted into name and title.
    """
    lines = [line for line in region.lines if line.reading.text]
    if not signers.names or not lines or any(not _is_evidence(line) for line in lines):
        return region
    split = COMPOSITES["signer"].split
    is_unread = _is_unread(lines)
    if not is_unread and not _is_doubtful(**split(_text(lines), vocabulary), signers=signers):
        return region
    found = _proposed(lines, signers, titles, 0.0 if is_unread else LEAST_SEEN_OF_READ)
    if found is None:
        return region
    parted = split("\n".join(filter(None, found.lines)), vocabulary)
    if (parted["name"], parted["title"]) != (found.name, found.title):
        return region
    proposed = iter(found.lines)
    return replace(
        region,
        lines=tuple(
            _proposed_line(line, next(proposed)) if line.reading.text else line for line in region.lines
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
    """Return whether what was read is hardly all that is written, or has a word that no name has.

    A name lacks its title, or the first words of a name of the book, whose ink may not have been found; or the book has
    a name like it of usual words.
    """
    if _is_strange(name):
        return any(_is_one(name, one) and not _is_strange(one) for one in signers.names)
    if not title:
        return all(folded(name) != folded(one) for one in signers.names)
    return len(name.split()) > 1 and any(one.endswith(f" {name}") for one in signers.names)


def _is_strange(name: str) -> bool:
    words = name_words()
    return bool(words) and any(len(folded(word)) > 1 and folded(word) not in words for word in name.split())


def _proposed(
    lines: Sequence[KeptLine], signers: Signers, titles: Sequence[str], least_seen: float
) -> ProposedSigner | None:
    read = " ".join(line.reading.text for line in lines)
    names = _names(signers, is_upper=_is_upper(read))
    known = list(
        dict.fromkeys((*sorted(signers.titles, key=lambda one: (-signers.titles[one], one)), *titles))
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
    name = max(ahead, key=lambda one: (ahead[one], one), default="")
    if not known or math.isinf(ahead.get(name, -math.inf)):
        return None  # letters that no network knows, or a line shorter than any name
    others = [score for other, score in ahead.items() if not _is_one(name, other)]
    if others and ahead[name] - max(others) < AHEAD:
        return None
    least = least_seen if others else LEAST_SEEN_OF_READ  # nobody else of the book is there to compare with
    if not _is_seen(ink, name, least) or _says_another(ink, read, name, known):
        return None
    alike = [one for one in names if _is_one(name, one)]
    spelled = max(alike, key=lambda one: (not _is_strange(one), names[one], one))
    _, _, title, is_first = _likeliest(ink, [(spelled, title) for title in known], signers)[0]
    text = f"{title}: {spelled}" if is_first else f"{spelled}, {title}"
    return ProposedSigner(spelled, title, ink.parted(text))


def _is_seen(ink: SignerInk, name: str, least: float) -> bool:
    """Return whether enough of a name is left in the ink to tell it from names that nobody knows yet."""
    seen = {word: len(word) for word, share in ink.seen(name).items() if share >= SEEN}
    telling = sum(letters for word, letters in seen.items() if word not in COMMON)
    return telling >= LEAST_SEEN and sum(seen.values()) >= least * len(folded(name).replace(" ", ""))


def _says_another(ink: SignerInk, read: str, name: str, titles: Sequence[str]) -> bool:
    """Return whether what was read has words of another name that are as clear as those of a name should be."""
    own = [unaccented(word) for word in folded(f"{name} {' '.join(titles)}").split()]
    foreign = {
        word
        for word, share in ink.seen(read).items()
        if share >= CLEAR
        and len(word) > 1
        and word in name_words()
        and all(fuzz.ratio(unaccented(word), one) < ONE_WORD for one in own)
    }
    return len(foreign - COMMON) >= ANOTHER


def _ordered(name: str, title: str, is_first: bool) -> str:
    return f"{title} {name}" if is_first else f"{name} {title}"


def _likeliest(
    ink: SignerInk, pairs: Sequence[tuple[str, str]], signers: Signers
) -> list[tuple[float, str, str, bool]]:
    """Return score, name, title, and whether the title comes first, the likeliest first."""
    ways = [(name, title, is_first) for name, title in dict.fromkeys(pairs) for is_first in (False, True)]
    scores = ink.scores([_ordered(*way) for way in ways])
    found = [
        (score + _prior(name, title, signers, len(pairs)), name, title, is_first)
        for score, (name, title, is_first) in zip(scores, ways, strict=True)
    ]
    return sorted(found, key=lambda one: -one[0])


def _names(signers: Signers, *, is_upper: bool) -> dict[str, float]:
    """Return the names of a book in the case of a text, with their pages."""
    found: dict[str, float] = {}
    for name, pages in signers.names.items():
        plain = name.title() if name.isupper() else name
        cased = plain.upper() if is_upper else plain
        found[cased] = found.get(cased, 0.0) + pages
    return found


def _first_titles(name: str, signers: Signers) -> list[str]:
    """Return the titles that a name is tried with first: its most usual ones, and those that are short."""
    own = {title: pages for (one, title), pages in signers.pairs.items() if folded(one) == folded(name)}
    some = own or signers.titles
    return [*sorted(some, key=lambda title: (-some[title], title))[:2], *RANKS]


def _prior(name: str, title: str, signers: Signers, known: int) -> float:
    """Return the log probability of a title beside a name, by its letters alone."""
    wanted = folded(title)
    own = [(one, pages) for (who, one), pages in signers.pairs.items() if folded(who) == folded(name)]
    chance, left = 0.0, 1.0
    for share, some in ((WITH_NAME, own), (IN_BOOK, list(signers.titles.items()))):
        every = sum(pages for _, pages in some)
        given = left * share * every / (every + 1.0)
        chance += given * sum(pages for one, pages in some if folded(one) == wanted) / every if every else 0.0
        left -= given
    chance += left / known
    return math.log(chance)


def _is_one(name: str, other: str) -> bool:
    return fuzz.ratio(unaccented(folded(name)), unaccented(folded(other))) >= ONE_NAME


def _is_upper(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum(map(str.isupper, letters)) > 1.2 * len(letters)


def _proposed_line(line: KeptLine, text: str) -> KeptLine:
    """Return a line with a text that nothing but the book says; what was read stays among its hypotheses."""
    reading = line.reading
    assert reading.evidence is not None
    others = [
        Hypothesis(one.text, min(one.chance, 0.5 * LEAST)) for one in reading.hypotheses if one.text != text
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
