"""Searching the registry: what is asked, why, and what is found. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, PageRef
from pipeline.registry.checks.model import LinkDecision

MOST_LETTERS = 200
"""Letters of one thing that is looked for."""

MOST_WORDS = 12
"""Words of one thing that is looked for."""


class SearchRefused(RegistryError):
    """A search that is not made: nothing or too little is asked, it is too long, or no reason is given."""

    code = "search"


class TooManySearches(SearchRefused):
    """Somebody searched more often than the office allows within a while."""

    code = "search-rate"


class SearchPurpose(StrEnum):
    """Why somebody looks into the registry."""

    CITIZEN = "citizen"
    EXTRACT = "extract"
    AMENDMENT = "amendment"
    AUTHORITY = "authority"
    CHECK = "check"


PURPOSE_LABELS = {
    SearchPurpose.CITIZEN: "Công dân hỏi",
    SearchPurpose.EXTRACT: "Cấp trích lục, bản sao",
    SearchPurpose.AMENDMENT: "Cải chính, bổ sung, ghi chú",
    SearchPurpose.AUTHORITY: "Cơ quan khác yêu cầu",
    SearchPurpose.CHECK: "Kiểm tra số liệu của cơ quan",
}


@dataclass(frozen=True, slots=True)
class SearchReason:
    """Why somebody searches: a purpose, and in their own words what for (the number of a file, of a letter)."""

    purpose: str
    words: str


@dataclass(frozen=True, slots=True)
class SearchCriteria:
    """What is looked for; ``""``, ``()`` and None ask for nothing.

    Attributes:
        name: Somebody whom the entry names, with or without marks.
        parents: Names of one or two further people whom the same entry names.
        year_from: The first year of the registration, or of the birth or death.
        year_to: The last one.
        number: The number of the entry, with or without its year.
        volume: The volume of the book.
        place: The code of the registration place, or words of its name.
        id_number: The number of a person or of a person's paper.
        text: Words of notes and of places.
        record: The kind of event.
    """

    name: str = ""
    parents: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    number: str = ""
    volume: str = ""
    place: str = ""
    id_number: str = ""
    text: str = ""
    record: str = ""

    @property
    def asked(self) -> tuple[str, ...]:
        """The names of what is asked, for the audit."""
        named = ("name", "parents", "number", "volume", "place", "id_number", "text", "record")
        years = ("year",) if self.year_from is not None or self.year_to is not None else ()
        return (*(one for one in named if getattr(self, one)), *years)


class Nearness(StrEnum):
    """How a name that was found is near the one that was looked for, the nearest first."""

    SPELLED = "spelled"
    SAME = "same"
    SWAPPED = "swapped"
    WITHIN = "within"
    NEAR = "near"


NEARNESS_LABELS = {
    Nearness.SPELLED: "đúng tên",
    Nearness.SAME: "đúng chữ, không xét dấu",
    Nearness.SWAPPED: "đảo chữ",
    Nearness.WITHIN: "có các chữ ấy",
    Nearness.NEAR: "gần giống",
}


class HitState(StrEnum):
    """How far the values of an entry that was found are settled."""

    ALTERED = "altered"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECIDED = "decided"


HIT_STATE_LABELS = {
    HitState.ALTERED: "bị sửa ngoài chương trình, không dùng được",
    HitState.WAITING: "còn chờ",
    HitState.ACCEPTED: "hệ thống tự động chấp nhận",
    HitState.DECIDED: "đã quyết định",
}


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """Somebody whom an entry names.

    Attributes:
        field: The field of the name.
        label: Its label.
        name: The name in force; ``""`` while the field waits for people.
        waits: Whether the field waits for people.
        amended: Whether an amendment gives the name.
        matches: Whether it is the name that was looked for, or near it.
        has_ink: Whether the ink of the name can be shown.
    """

    field: str
    label: str
    name: str
    waits: bool
    amended: bool
    matches: bool
    has_ink: bool


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An entry that was found.

    Attributes:
        entry_id: The entry.
        record: The kind of event.
        title: Its title.
        number: The number in force; ``""`` where none is or it waits.
        registered_on: The day of registration in force, likewise.
        book_id: The book.
        volume: The volume of the book.
        place: The registration place of the book.
        scan: The name of the scan's file.
        ref: Scan and page number.
        row: Its row on the page.
        people: Who is named.
        nearness: How near the name is; None where no name was looked for.
        state: How far it is settled.
        waiting: How many fields wait for people.
        approved: Whether the book is approved as it stands now.
        amended: How many fields have an amendment in force.
        linked: How many links to other entries are suggested or confirmed.
    """

    entry_id: int
    record: str
    title: str
    number: str
    registered_on: str
    book_id: int
    volume: str
    place: str
    scan: str
    ref: PageRef
    row: int
    people: tuple[NamedPerson, ...]
    nearness: Nearness | None
    state: HitState
    waiting: int
    approved: bool
    amended: int
    linked: int

    @property
    def settled(self) -> bool:
        """Whether nothing of it waits or was altered behind the program's back, and its book is approved."""
        return self.state in (HitState.ACCEPTED, HitState.DECIDED) and self.approved

    @property
    def matching(self) -> tuple[NamedPerson, ...]:
        """Whoever matches; of a search without a name the first who is named."""
        return tuple(one for one in self.people if one.matches) or self.people[:1]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of what was found.

    Attributes:
        request_id: The number of the search in the registry, for the audit and for pictures of the hits.
        hits: The entries, the nearest first.
        cursor: Where the next page begins; ``""``: there is none.
        narrowed: Whether more names hold the words than were looked through: a longer name finds more.
    """

    request_id: int
    hits: tuple[SearchHit, ...]
    cursor: str
    narrowed: bool


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How much one search may ask.

    Attributes:
        page: Entries of one page.
        window: The period in which the searches of one person are counted.
        most: Searches of one person in that period.
        ink: How long the ink of what was found may be looked at.
    """

    page: int = 20
    window: timedelta = timedelta(minutes=10)
    most: int = 120
    ink: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class HitInk:
    """Where the ink of a hit's name lies."""

    book_id: int
    ref: PageRef
    box: Box


@dataclass(frozen=True, slots=True)
class IndexAgreement:
    """What comparing the index with the registry came to.

    Attributes:
        entries: Entries that were compared.
        differing: Entries of which the index held something else.
        names: Names that were missing; with ``mended`` also those that were dropped, as nobody bears them any more.
        mended: Whether it was put right.
    """

    entries: int
    differing: int
    names: int
    mended: bool

    @property
    def agrees(self) -> bool:
        """Whether the index is right now."""
        return self.mended or not (self.differing or self.names)


@dataclass(frozen=True, slots=True)
class LinkedEntry:
    """Another entry that may speak of the same person or event.

    Attributes:
        link_id: The link.
        kind: ``again`` or ``person``.
        role: The role of the person in the entry that was asked about.
        other_id: The other entry; None where the person who asks may not see its place.
        other_role: The role of the person in the other entry.
        title: The title of the other event.
        number: Its number in force; ``""`` where none is or it waits.
        registered_on: Its day of registration, likewise.
        place: The registration place of its book.
        name: The name of the person there in force; ``""`` while it waits.
        probability: 0..1.
        evidence: What agrees, by what is compared.
        suggested: Whether the checks still suggest it.
        decision: The last verdict on the pair that stands.
        mark: What was shown of it: a verdict is refused when it is another by now.
    """

    link_id: int
    kind: str
    role: str
    other_id: int | None
    other_role: str
    title: str
    number: str
    registered_on: str
    place: str
    name: str
    probability: float
    evidence: tuple[tuple[str, str], ...]
    suggested: bool
    decision: LinkDecision | None
    mark: str
