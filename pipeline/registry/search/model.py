"""Criteria, reasons and results of a search in the registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, PageRef
from pipeline.registry.checks.model import LinkDecision

MOST_LETTERS = 200
"""Maximum length of a criterion."""

MOST_WORDS = 12
"""Maximum number of words of a criterion."""


class SearchRefused(RegistryError):
    """A search was refused: its criteria are too vague or too long, or no reason is given."""

    code = "search"


class TooManySearches(SearchRefused):
    """A person searched more often than the office allows."""

    code = "search-rate"


class SearchPurpose(StrEnum):
    """The purpose of a search."""

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
    """The reason of a search: a purpose and free words (the number of a file or of a letter)."""

    purpose: str
    words: str


@dataclass(frozen=True, slots=True)
class SearchCriteria:
    """The criteria of a search; ``""``, ``()`` and None are no criterion.

    Attributes:
        name: The name of a person in the entry, with or without diacritics.
        parents: Names of one or two further people in the same entry.
        year_from: The first year of the registration, or of the birth or death.
        year_to: The last year.
        number: The number of the entry, with or without its year.
        place: The code of the registration place, or words of its name.
        id_number: The number of a person or of a person's paper.
        text: Words of notes and of places.
        unreviewed: Whether readings that nobody has reviewed are looked through, too; for supervisors.
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
    unreviewed: bool = False

    @property
    def asked(self) -> tuple[str, ...]:
        """The names of the criteria in use, for the audit."""
        named = ("name", "parents", "number", "volume", "place", "id_number", "text", "record", "unreviewed")
        years = ("year",) if self.year_from is not None or self.year_to is not None else ()
        return (*(one for one in named if getattr(self, one)), *years)


class Nearness(StrEnum):
    """Degrees of nearness of two names, the nearest first."""

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
    """Whether the values of an entry are settled."""

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
    """A person named in an entry.

    Attributes:
        name: The effective name; ``""`` while the field waits for people.
        amended: Whether the name comes from an amendment.
        matches: Whether the name matches or nearly matches the search.
        has_ink: Whether the ink of the name can be shown.
        unreviewed: Whether the name is a reading that nobody has accepted or decided.
    """

    field: str
    label: str
    name: str
    waits: bool
    amended: bool
    matches: bool
    has_ink: bool
    unreviewed: bool = False


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An entry among the results.

    Attributes:
        number: The effective number; ``""`` if there is none or it waits.
        registered_on: The effective day of registration, likewise.
        place: The registration place of the book.
        scan: The file name of the scan.
        nearness: Nearness of the name; None if no name was asked.
        waiting: Number of fields that wait for people.
        approved: Whether the book is approved as it stands now.
        amended: Number of fields with an amendment in force.
        linked: Number of suggested or confirmed links to other entries.
        unreviewed: The fields shown here that are readings nobody has reviewed.
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
    unreviewed: frozenset[str] = frozenset()

    @property
    def settled(self) -> bool:
        """Whether no field waits, no row was altered behind the program's back, and the book is approved."""
        return self.state in (HitState.ACCEPTED, HitState.DECIDED) and self.approved

    @property
    def matching(self) -> tuple[NamedPerson, ...]:
        """The matching people; the first person if the search asked no name."""
        return tuple(one for one in self.people if one.matches) or self.people[:1]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of results.

    Attributes:
        request_id: The number of the search in the registry, for the audit and for pictures of the hits.
        hits: The entries, nearest first.
        cursor: The beginning of the next page; ``""`` if there is none.
        narrowed: Whether more names hold the words than were examined; a longer name finds more.
        unreviewed: Entries found by readings that nobody has reviewed; only after the last page, the nearest first.
        more_unreviewed: Whether there are more of them than were looked at.
    """

    request_id: int
    hits: tuple[SearchHit, ...]
    cursor: str
    narrowed: bool
    unreviewed: tuple[SearchHit, ...] = ()
    more_unreviewed: bool = False


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Limits of searches.

    Attributes:
        page: Entries on a page.
        window: The period in which the searches of a person are counted.
        most: Searches of a person in that period.
        ink: How long the ink of results may be viewed.
    """

    page: int = 20
    window: timedelta = timedelta(minutes=10)
    most: int = 120
    ink: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class HitInk:
    """The region of the ink of a name in a hit."""

    book_id: int
    ref: PageRef
    box: Box


@dataclass(frozen=True, slots=True)
class IndexAgreement:
    """The result of comparing the index with the registry.

    Attributes:
        entries: Number of compared entries.
        differing: Number of differing entries.
        names: Number of missing names; with ``mended`` also of dropped unused names.
        mended: Whether the differences were repaired.
    """

    entries: int
    differing: int
    names: int
    mended: bool

    @property
    def agrees(self) -> bool:
        """Whether the index agrees with the registry now."""
        return self.mended or not (self.differing or self.names)


@dataclass(frozen=True, slots=True)
class UndecidedAct:
    """An act with the entries that it may change, of which nobody has decided.

    Attributes:
        act: The entry of the act.
        earlier: The entries that it may change, each with its probability, the most likely first.
    """

    act: SearchHit
    earlier: tuple[tuple[SearchHit, float], ...]


@dataclass(frozen=True, slots=True)
class WaitingAct:
    """An act that names an earlier entry which the registry does not hold, or does not know again.

    Attributes:
        number: The number that the act names, as effective.
        registered_on: The day of registration that it names; ``""``: none.
        title: What kinds of entry it may be.
    """

    act: SearchHit
    number: str
    registered_on: str
    title: str


@dataclass(frozen=True, slots=True)
class LinkedEntry:
    """Another entry that may speak of the same person or event.

    Attributes:
        kind: ``again``, ``person`` or ``act``.
        record: The record of the other entry.
        role: The role of the person in the given entry.
        other_id: The other entry; None if the viewer may not see its place.
        title: The title of the other event.
        number: Its effective number; ``""`` if there is none or it waits.
        registered_on: Its day of registration, likewise.
        place: The registration place of its book.
        name: The effective name of the person there; ``""`` while it waits.
        probability: 0..1.
        evidence: The agreements by criterion.
        suggested: Whether the checks still suggest it.
        decision: The last verdict on the pair that stands.
        mark: Digest of the link as shown; a verdict on an outdated mark is refused.
    """

    link_id: int
    kind: str
    record: str
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
