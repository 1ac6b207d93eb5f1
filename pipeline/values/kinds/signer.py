"""A signer's name and title in any order, on one line or two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from pipeline.base.text.tones import unaccented
from pipeline.values.kinds.kind import CompositeKind, Vocabulary
from pipeline.values.kinds.name import OFFICE, TITLE, UNIT

_SIGN = r",;:/()–—-"
_GAP = re.compile(rf"(?:\s*[{_SIGN}]\s*)+|(?<=[^\W\d_]\.)\s*(?=[^\W\d_])|\s*\n\s*|[ \t]+")
"""Separators between a name and a title: signs, a full stop, a line end, a space."""

_NAME = re.compile(r"[^\W\d_]+\.?(?:\s+[^\W\d_]+\.?){1,5}")
_SURNAMES = (
    "an âu bạch bành bùi cao châu chu chung cù danh diệp dương đàm đặng đào đinh đoàn đỗ đồng đường giang hà hàn hồ "
    "hoàng hồng huỳnh hứa khổng khưu kiên kiều kim la lạc lại lâm lê liên liêu lò lục lư lữ lương lưu lý mã mai mạc "
    "nghiêm ngô nguyễn nhan ninh nông ông phạm phan phí phùng quách quan sầm sơn tạ tăng thạch thái thân thi tiêu "
    "tô tôn tống trà trang trần triệu trịnh trương từ văn viên vòng võ vũ vương"
)

SURNAMES = frozenset(_SURNAMES.split())
"""Family names in lower case: after a unit (``UBND xã Nguyễn …``) they distinguish a person from the unit's name."""

FEWEST = 2
"""Smallest number of words in a name."""

_ON_BEHALF = r"(?:(?:k[./]?t|t[./]?m|t[./]?l|t[./]?u[./]?q)\b[\s.]*|q\.\s*)"
_OFFICE = (
    r"(?:ubnd|u\.?b\.?n\.?d|uy\s+ban(?:\s+nhan\s+dan)?|phong\s+tu\s+phap|ban\s+tu\s+phap|tu\s+phap|ho\s+tich)"
)
_UNIT = r"(?:xa|phuong|thi\s+tran|tt|huyen|quan|tinh|thanh\s+pho|x\.|p\.)"
_BETWEEN = r"[\s.,:;/–—-]*"

_UNREAD_RANK = re.compile(r"[-–—\s]*(?:(?P<rank>\w{1,3})\b[\s.]*)?(?P<office>u\.?b\.?n\.?[d0o](?!\w))")
"""The committee behind a rank that may be misread: ``LA UBND`` where ``CT UBND`` is written."""

_CHAIRMAN = ("chu tich", "pho chu tich")

MISREAD = 85.0
"""Similarity (0..100, without marks) from which the first words behind a sign are a misread chairman's title."""


class SignerKind(CompositeKind):
    """Who signed, and as what: ``Nguyễn Văn A, Chủ tịch UBND xã``, ``PCT: Trần B``, ``TM. UBND, CT Trần B``.

    They may be separated by a sign, a line end or nothing; brackets around a title are dropped. A title without
    diacritics is recognized where it comes first, or where a sign or line end separates it from the name. So is a title
    whose rank is misread, by the committee's name behind the rank. Without a known title, or where its end is unclear,
    the whole text stays in ``name``.
    """

    name = "signer"
    label = "Họ tên và chức vụ người ký"
    roles = ("name", "title")
    main_role = "name"
    wordings = ("{name}, {title}", "{name} - {title}", "{name} ({title})")
    connecting = (",", ";", ":", "-", "–", "—", "/", "(", ")")
    vocabulary = "signer-title"
    by_line = True

    def split(self, text: str, vocab: Vocabulary | None = None, /) -> Mapping[str, str]:
        """Return the name and the title.

        Args:
            text: The written text; its lines are separated by line ends.
            vocab: The usual titles; without it only the titles in ``pipeline.values.kinds.name``.
        """
        written = unicodedata.normalize("NFC", text).strip()
        titles = _titles(vocab.spellings if vocab else ())
        if titles.is_whole(written):
            return {"name": "", "title": _one_line(written)}
        parts = _name_first(written, titles)
        if parts is None:
            parts = _title_first(written, titles)
        name, title = parts or (text, "")
        return {"name": _one_line(name), "title": _one_line(title)} if parts else {"name": text, "title": ""}


def is_of_place(name: str, place: str) -> bool:
    """Return whether a name is that of the office's own unit, which may follow ``UBND xã`` as a signer does.

    Args:
        place: The registration place of the book, as on its cover.
    """
    words, whole = unaccented(name).split(), unaccented(place).split()
    return bool(words) and any(
        whole[at : at + len(words)] == words for at in range(len(whole) - len(words) + 1)
    )


def with_whole_unit(shares: Mapping[str, str], place: str) -> Mapping[str, str]:
    """Return name and title with the whole name of the office's own unit in the title.

    The end of the unit may have been taken for the beginning of the name: in a book of ``UBND xã Bình Ninh`` the parts
    ``PCT UBND xã Bình`` and ``Ninh Nguyễn Tấn Phát`` become ``PCT UBND xã Bình Ninh`` and ``Nguyễn Tấn Phát``.

    Args:
        shares: The name and the title.
        place: The registration place of the book, as on its cover.
    """
    office = re.findall(r"\w+", unaccented(place.partition(",")[0]))
    title, name = shares["title"].split(), shares["name"].split()
    in_title, in_name = ([re.sub(r"\W", "", unaccented(word)) for word in words] for words in (title, name))
    for split in range(len(office) - 1, 0, -1):
        rest = office[split:]
        is_unit = re.fullmatch(_UNIT, office[split - 1]) is not None
        tail = 1 if is_unit else 2
        follows = in_title[-tail:] == office[max(0, split - tail) : split]
        if follows and in_name[: len(rest)] == rest and len(name) - len(rest) >= FEWEST:
            moved = [*title, *name[: len(rest)]]
            return {"name": " ".join(name[len(rest) :]), "title": " ".join(moved)}
    return shares


def is_usual_title(text: str) -> bool:
    """Return whether a text consists of usual titles and offices, with their diacritics."""
    return bool(text) and _titles(()).is_whole(text) and _is_exact(text)


@dataclass(frozen=True)
class _Titles:
    """The known titles, as patterns over letters without diacritics (``_bare``).

    Attributes:
        closed: Titles and offices, followed at most by a unit without its name.
        end: A text that ends with a title.
    """

    begin: re.Pattern[str]
    closed: re.Pattern[str]
    end: re.Pattern[str]

    def starts(self, text: str, *, exact: bool) -> bool:
        """Return whether a text begins with a title; ``exact``: with correct diacritics."""
        bare = _bare(text)
        match = self.begin.match(bare)
        if match is None:
            return False
        return not exact or _is_exact(text)

    def is_whole(self, text: str) -> bool:
        return self.closed.fullmatch(_bare(text)) is not None

    def may_end(self, title: str) -> bool:
        """Return whether a title is complete or ends with a unit's name; another last word begins a person's name."""
        bare = _bare(title).lstrip("( ")
        if self.is_whole(title):
            return True
        begun = self.begin.match(bare)
        behind = bare[begun.end() :] if begun else bare
        last = re.findall(r"[^\W\d_]+", behind)[-1:]
        return re.search(rf"(?<!\w){_UNIT}(?!\w)", behind) is not None and len("".join(last)) > 1

    def is_at_end(self, text: str) -> bool:
        return self.end.fullmatch(_bare(text)) is not None

    def is_in(self, text: str) -> bool:
        return (
            TITLE.search(text) is not None
            or OFFICE.search(text) is not None
            or any(self.begin.match(_bare(text), at.start()) for at in re.finditer(r"(?<!\w)\w", text))
        )


@lru_cache(maxsize=8)
def _titles(spellings: tuple[str, ...]) -> _Titles:
    known = {
        "chu tich", "pho chu tich", "truong phong", "truong ban", "truong cong an", "truong thon", "truong ap",
        "giam doc", "uy vien", "chanh van phong", "cong chuc", "can bo", "tham phan", "ct", "pct", "uvub", "uv",
    }  # fmt: skip
    known |= {unaccented(spelling) for spelling in spellings}
    words = (re.findall(r"\w+", spelling) for spelling in sorted(known, key=lambda text: (-len(text), text)))
    each = "|".join(r"[\s.–—/-]*".join(map(re.escape, parts)) for parts in words)
    title = rf"(?:{_ON_BEHALF}?(?:(?:pho|p|quyen)\b[\s.]*)?(?:{each})(?!\w)|{_ON_BEHALF}{_OFFICE}(?!\w))"
    whole = rf"\(?{title}(?:{_BETWEEN}(?:{title}|{_OFFICE}(?!\w)|{_UNIT}(?!\w)))*[\s.,:;)–—-]*"
    end = rf"(?s:.*(?<!\w)){title}\.?"
    return _Titles(re.compile(title), re.compile(whole), re.compile(end))


def _name_first(written: str, titles: _Titles) -> tuple[str, str] | None:
    """Return the name and the title around the separator at which a title follows a name, if need be a misread one."""
    misread: tuple[str, str] | None = None
    for gap in _GAP.finditer(written):
        is_strong = not gap.group().isspace() or "\n" in gap.group()
        name, title = written[: gap.start()].strip(), written[gap.end() :].strip()
        if not _is_name(name, titles, is_parted=is_strong):
            continue
        if "(" not in title:  # a bracket of the pair may be missing on paper or in the reading
            title = title.removesuffix(")").rstrip()
        if titles.starts(title, exact=not is_strong):
            return _without_stop(name), title
        if misread is None and _is_misread_title(title, gap.group(), name):
            misread = _without_stop(name), title
    return misread


def _title_first(written: str, titles: _Titles) -> tuple[str, str] | None:
    """Return name and title, split at the last sign or line end followed only by a name, or directly after titles.

    A sign directly after titles precedes a sign that a part of the name may precede. After a unit without a name, and
    after a unit whose name may continue in the next line, a person must begin with a family name.
    """
    if not titles.starts(written.lstrip("( "), exact=False):
        unread = _UNREAD_RANK.match(_bare(written))
        if unread is None:
            return None
        at = unread.start("office")
        parts = _title_first(f"TM. {written[at:]}", titles)
        return parts and (parts[0], f"{written[:at]}{parts[1].removeprefix('TM. ')}".lstrip(" -–—"))
    gaps = list(_GAP.finditer(written))
    strong = [gap for gap in gaps if not gap.group().isspace() or "\n" in gap.group()]
    weak = [gap for gap in gaps if gap not in strong]
    closed = [gap for gap in strong if titles.is_whole(written[: gap.start()])]
    for gap in (*reversed(closed), *reversed(strong), *reversed(weak)):
        title, name = written[: gap.start()].strip(), written[gap.end() :].strip()
        if not _is_name(name, titles, is_parted=False):
            continue
        if gap in weak and not (titles.is_whole(title) or titles.is_at_end(title)):
            continue
        if not titles.may_end(title) or (_ends_open(title, gap.group()) and not _is_person(name)):
            continue
        if "\n" in gap.group() and not titles.is_whole(title) and name.split()[0].casefold() not in SURNAMES:
            continue  # a unit's name that continues in the next line
        return name, title.lstrip("(").strip()
    return None


def _is_misread_title(text: str, gap: str, name: str) -> bool:
    """Return whether a text behind a name is a title in misread letters.

    It names the committee, with at most one short word before it, or its first words are much like a chairman's title.
    A word between a space and the committee belongs to the name, and so may a word at the beginning of a line.
    """
    is_parted = bool(gap.strip()) or ("\n" in gap and _is_person(name))
    named = _UNREAD_RANK.match(_bare(text))
    if named is not None:
        return is_parted or not named["rank"]
    words = re.findall(r"[^\W\d_]+", _bare(text))
    return is_parted and any(
        fuzz.ratio(" ".join(words[: title.count(" ") + 1]), title) >= MISREAD for title in _CHAIRMAN
    )


def _ends_open(title: str, gap: str) -> bool:
    """Return whether a unit's name may follow: no sign separates it from a unit or an office."""
    last = re.search(rf"(?<!\w)(?:{_UNIT}|{_OFFICE})$", _bare(title.rstrip(" ")))
    return last is not None and not gap.strip()


def _is_person(name: str) -> bool:
    words = name.casefold().split()
    others = [word for word in words[2:-1] if word in {"nguyễn", "trần", "lê", "phạm", "huỳnh"}]
    is_whole = not any(word.endswith(".") for word in words)
    return words[0] in SURNAMES and 3 <= len(words) <= 5 and is_whole and not others


def _is_name(text: str, titles: _Titles, *, is_parted: bool) -> bool:
    """Return whether a text may be a name; a name separated by a sign from the title may end with a unit word."""
    if not _NAME.fullmatch(text) or titles.is_in(text):
        return False
    words = text.split()
    letters = [word.rstrip(".") for word in words]
    if any(len(word) > 1 and word.isupper() and set("aeiouy").isdisjoint(_bare(word)) for word in letters):
        return False
    return UNIT.search(" ".join(words[:-1] if is_parted else words)) is None


def _without_stop(name: str) -> str:
    """Return a name without a final full stop, unless its last word is a single letter."""
    return name[:-1] if name.endswith(".") and name[-3:-2].isalpha() else name


def _one_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text).strip()


@lru_cache(maxsize=256)
def _bare_letter(letter: str) -> str:
    if letter.isspace():
        return "\n" if letter == "\n" else " "
    bare = unaccented(letter)
    return bare if len(bare) == 1 else "?"


def _bare(text: str) -> str:
    """Return the text in lower case without diacritics, letter for letter."""
    return "".join(map(_bare_letter, text))


def _is_exact(title: str) -> bool:
    """Return whether a title begins with correct diacritics, or is an abbreviation in capitals that is no syllable."""
    first = re.match(r"\w+", title)
    word = first.group() if first else ""
    is_short = len(word) > 1 and word.isupper() and word.isascii() and set("AEIOY").isdisjoint(word)
    return is_short or TITLE.match(title) is not None
