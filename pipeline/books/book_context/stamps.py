"""The stamps of a book. Equal pictures on several pages are one stamp, which is read once for all its pages.

1. The pictures of printed names are compared (``layout.imaging.stamp_pictures``).
2. The pictures of a stamp are merged. A signature that crosses the stamp on one page disappears.
3. The reader of print reads the merged picture. It knows letters but no tones.
4. Its emission and the kept emissions of the pages are decoded together.

The text is a proposal on every page and is never accepted by itself. A decision on one page names the stamp on all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz

from pipeline.base.model import KeptLine, KeptRegion, PageRef, PageResult
from pipeline.base.text.tones import unaccented
from pipeline.books.book_context.book_model import language
from pipeline.books.book_context.crossed_signers import UNREAD, proposed_line
from pipeline.declarations.schema import Form, RecordSpec, Slot
from pipeline.layout.imaging.stamp_pictures import (
    PROFILE,
    SAME,
    StampPicture,
    merged_picture,
    place_on,
    unpack_picture,
)
from pipeline.recognition.decoding import (
    Emission,
    decode_line,
    prior_for,
    unpack_emissions,
)
from pipeline.recognition.ocr.digits import letters_seen
from pipeline.values.kinds import SIGNER, Vocabulary

LEAST_PAGES = 2
"""Number of pages on which a picture must recur to be a stamp."""

MOST_MERGED, MOST_DECODED = 7, 4
"""Number of pictures that are merged, and of pages whose emissions are decoded together."""

MOST_LARGE, MOST_ALIKE = 4, 6
"""Number of stamps that a line is compared with: the most frequent ones, and those with the most similar profile. The
bound matters for handwritten names, where each page has a picture of its own."""

SEEN_AT_LEAST = 0.01
"""Lower bound of a letter's probability at any step: a signature or an unknown print makes readers sure of another."""

PRINT_SHARE = 1.0
"""Weight of the reader of print relative to all networks of handwriting together (1)."""

PUT = 0.5
"""Largest confidence in a printed line whose text is that of its stamp."""

SAME_LETTERS = 80.0
"""Similarity (0..100, without marks) of a text and a stamp's letters, as ``decided_values.SAME_IN_PRINT``."""

LineKey = tuple[PageRef, int, str, int]
"""A line: its page, its row, its slot, its place in the region."""

RegionKey = tuple[PageRef, int, str]

FieldKey = tuple[PageRef, int, str]
"""A field: its page, its row on the page, its name."""


@dataclass(frozen=True, slots=True)
class BookStamp:
    """A stamp of a book.

    Attributes:
        read: The text that its pages and the reader of print have together.
        text: The decided text, otherwise ``read``.
        pages: Number of pages with the stamp.
        is_stamped: Whether the form has a stamp there; elsewhere, a reading stays unless nobody could read it.
        number: Number of the stamp in its book.
    """

    read: str
    text: str
    pages: int
    is_stamped: bool = True
    number: int = 0

    def has(self, text: str) -> bool:
        """Return whether the letters of a text are those read on the stamp, marks and case aside."""
        own, other = unaccented(self.read), unaccented(text)
        return bool(other) and len(other) <= len(own) + 2 and fuzz.partial_ratio(own, other) >= SAME_LETTERS


@dataclass(frozen=True)
class BookStamps:
    """The stamps of a book by their lines."""

    of_line: Mapping[LineKey, BookStamp] = field(default_factory=dict)

    @cached_property
    def of_region(self) -> Mapping[RegionKey, BookStamp]:
        """The stamps of regions with a single stamp."""
        keys = Counter(key[:3] for key in self.of_line)
        return {key[:3]: stamp for key, stamp in self.of_line.items() if keys[key[:3]] == 1}

    def of_field(self, form: Form) -> dict[FieldKey, int]:
        """Return the numbers of the stamps of fields, by page, row and field.

        In the blank of a signer, the stamp is that of the name.
        """
        slots = {slot.name: slot for slot in form.slots}
        return {
            (page, row, _name_field(slots[name])): stamp.number
            for (page, row, name), stamp in self.of_region.items()
            if name in slots
        }

    def stamped(self, page: PageRef, row: int, region: KeptRegion) -> KeptRegion:
        """Return a region with the texts of its stamps; the same object if these were read so."""
        lines = tuple(
            line
            if (stamp := self.of_line.get((page, row, region.slot, place))) is None
            else _with_text(line, stamp)
            for place, line in enumerate(region.lines)
        )
        return region if lines == region.lines else replace(region, lines=lines)


def _with_text(line: KeptLine, stamp: BookStamp) -> KeptLine:
    reading, text = line.reading, stamp.text
    is_left = text == stamp.read and not stamp.is_stamped and reading.confidence >= UNREAD
    if not text or reading.text == text or is_left:
        return line
    if reading.evidence is not None:
        return proposed_line(line, text)
    read = replace(reading, text=text, confidence=min(PUT, reading.confidence), words=())
    return replace(line, is_struck=False, reading=read)


@dataclass(frozen=True, slots=True)
class _Line:
    key: LineKey
    slot: Slot
    line: KeptLine
    picture: StampPicture


def find_stamps(
    pages: Sequence[PageResult],
    decided: Mapping[tuple[PageRef, int, str], str],
    form: Form,
    record: RecordSpec,
    vocabulary: Vocabulary | None,
) -> BookStamps:
    """Return the stamps of a book.

    Args:
        pages: The pages of the first pass.
        decided: The texts that people decided, by page, row and field.
        vocabulary: The usual titles of signers.
    """
    by_slot: dict[str, list[_Line]] = {}
    for one in _pictured(pages, form):
        by_slot.setdefault(one.slot.name, []).append(one)
    stamps: dict[LineKey, BookStamp] = {}
    count = 0
    for lines in by_slot.values():
        for cluster in _clusters(lines):
            number = len({one.key[0] for one in cluster})
            if number < LEAST_PAGES:
                continue
            read = _read_together(cluster, record)
            text = _decided(cluster, decided, read, vocabulary) or read
            count += 1
            stamp = BookStamp(read, text, number, cluster[0].slot.stamped, count)
            stamps |= dict.fromkeys((one.key for one in cluster), stamp)
    return BookStamps(stamps)


def _pictured(pages: Sequence[PageResult], form: Form) -> Iterator[_Line]:
    slots = {slot.name: slot for slot in form.slots}
    for page in pages:
        for entry in page.entries:
            for region in entry.regions:
                for place, line in enumerate(region.lines):
                    if line.picture and line.reading.text and region.slot in slots:
                        key = (page.ref, entry.row, region.slot, place)
                        yield _Line(key, slots[region.slot], line, StampPicture(unpack_picture(line.picture)))


def _clusters(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Return the lines by picture, each cluster with the line of least ink, which nothing crosses, first."""
    clusters: list[list[_Line]] = []
    profiles = np.zeros((len(lines), PROFILE[0] * PROFILE[1]), np.float32)
    for one in sorted(
        lines,
        key=lambda line: (line.picture.strength, line.key[0].scan_sha256, line.key[0].page_no, line.key[1:]),
    ):
        alike = profiles[: len(clusters)] @ one.picture.profile
        largest = sorted(range(len(clusters)), key=lambda place: -len(clusters[place]))[:MOST_LARGE]
        tried = dict.fromkeys((*largest, *np.argsort(-alike, kind="stable")[:MOST_ALIKE].tolist()))
        likeness = {place: place_on(one.picture, clusters[place][0].picture)[0] for place in tried}
        one.picture.turns.clear()
        best = max(likeness, key=lambda place: (likeness[place], -place), default=None)
        if best is not None and likeness[best] >= SAME:
            clusters[best].append(one)
        else:
            profiles[len(clusters)] = one.picture.profile
            clusters.append([one])
    return clusters


def _read_together(cluster: Sequence[_Line], record: RecordSpec) -> str:
    """Return the likeliest text of a stamp by all its pages and the reader of print."""
    merged = merged_picture(cluster[0].picture, [one.picture for one in cluster[1:MOST_MERGED]])
    packed = [one.line.reading.emissions for one in cluster if one.line.reading.emissions]
    slot = cluster[0].slot
    kind = slot.kind or record.by_name[slot.field_names[0]].kind
    hands = [emission for emissions in packed[:MOST_DECODED] for emission in unpack_emissions(emissions)]
    letters = hands[0].letters if hands else _usual_letters()
    together = [*(_bounded(emission) for emission in hands), _bounded(letters_seen(merged, letters))]
    shares = [*[1.0 / max(1, len(hands))] * len(hands), PRINT_SHARE]
    return decode_line(together, prior_for(kind, language=language()), shares=shares).hypotheses[0].text


def _bounded(emission: Emission) -> Emission:
    chances = np.exp(emission.log_chances) * (1.0 - SEEN_AT_LEAST) + SEEN_AT_LEAST
    return Emission(np.log(chances).astype(np.float32), emission.letters)


def _usual_letters() -> str:
    small = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz"
    return f" .,-{small}{small.upper()}"


def _name_field(slot: Slot) -> str:
    """Return the field of a slot whose value a stamp is."""
    return slot.roles["name"] if slot.kind == SIGNER.name else slot.field_names[0]


def _decided(
    cluster: Sequence[_Line],
    decided: Mapping[tuple[PageRef, int, str], str],
    read: str,
    vocabulary: Vocabulary | None,
) -> str:
    """Return the line of a stamp that people decided; ``""`` without a decision, or if decisions differ.

    Of a signer's blank, the stamp may be the name alone or the name with the title.
    """
    slot = cluster[0].slot
    name_field = _name_field(slot)
    texts = Counter(text for one in cluster if (text := decided.get((one.key[0], one.key[1], name_field))))
    if len({text.casefold() for text in texts}) != 1:
        return ""
    name = max(texts, key=lambda text: (texts[text], text))
    if slot.kind != SIGNER.name:
        return name
    parts = SIGNER.split(read, vocabulary)
    return name if not parts["title"] else read.replace(parts["name"], name) if parts["name"] else ""
