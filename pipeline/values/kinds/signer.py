"""Who signed, and as what: a name and a title in any order, on one line or two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipeline.base.text.tones import unaccented
from pipeline.values.kinds.kind import CompositeKind, Vocabulary
from pipeline.values.kinds.name import OFFICE, TITLE, UNIT

_SIGN = r",;:/()–—-"
_GAP = re.compile(rf"(?:\s*[{_SIGN}]\s*)+|(?<=[^\W\d_]\.)\s*(?=[^\W\d_])|\s*\n\s*|[ \t]+")
"""What may part a name from a title: signs, a full stop, the end of a line, a space."""

_NAME = re.compile(r"[^\W\d_]+\.?(?:\s+[^\W\d_]+\.?){1,5}")
_SURNAMES = (
    "an âu bạch bành bùi cao châu chu chung cù danh diệp dương đàm đặng đào đinh đoàn đỗ đồng đường giang hà hàn hồ "
    "hoàng hồng huỳnh hứa khổng khưu kiên kiều kim la lạc lại lâm lê liên liêu lò lục lư lữ lương lưu lý mã mai mạc "
    "nghiêm ngô nguyễn nhan ninh nông ông phạm phan phí phùng quách quan sầm sơn tạ tăng thạch thái thân thi tiêu "
    "tô tôn tống trà trang trần triệu trịnh trương từ văn viên vòng võ vũ vương"
)

SURNAMES = frozenset(_SURNAMES.split())
"""Names of families, in small letters: with what follows a unit (``UBND xã Nguyễn …``) they tell a person from the name
of the unit."""

FEWEST = 2
"""How many words a name has at least."""

_ON_BEHALF = r"(?:(?:kt|tm|tl|tuq)\b[\s.]*|q\.\s*)"
_OFFICE = (
    r"(?:ubnd|u\.?b\.?n\.?d|uy\s+ban(?:\s+nhan\s+dan)?|phong\s+tu\s+phap|ban\s+tu\s+phap|tu\s+phap|ho\s+tich)"
)
_UNIT = r"(?:xa|phuong|thi\s+tran|tt|huyen|quan|tinh|thanh\s+pho|x\.|p\.)"
_BETWEEN = r"[\s.,:;/–—-]*"


class SignerKind(CompositeKind):
    """Who signed, and as what: ``Nguyễn Văn A, Chủ tịch UBND xã``, ``PCT: Trần B``, ``TM. UBND, CT Trần B``.

    What parts the two may be a sign, the end of a line, or nothing; the brackets around a title are dropped too. One
    whose letters lost their marks is a title still where it comes first, or where a sign or the end of a line parts it
    from the name. Without a known title, or where its end is not clear, the whole text stays in ``name``.
    """

    name = "signer"
    roles = ("name", "title")
    connecting = (",", ";", ":", "-", "–", "—", "/", "(", ")")
    vocabulary = "signer-title"
    by_line = True

    def split(self, text: str, vocab: Vocabulary | None = None, /) -> Mapping[str, str]:
        """Return the name and the title.

        Args:
            text: What is written; its lines are parted by line ends.
            vocab: The usual titles; without them only those that ``pipeline.values.kinds.name`` knows.
        """
        written = unicodedata.normalize("NFC", text).strip()
        titles = _titles(vocab.spellings if vocab else ())
        if titles.is_whole(written):
            return {"name": "", "title": _one_line(written)}
        found = _name_first(written, titles)
        if found is None:
            found = _title_first(written, titles)
        name, title = found or (text, "")
        return {"name": _one_line(name), "title": _one_line(title)} if found else {"name": text, "title": ""}


def is_of_place(name: str, place: str) -> bool:
    """Return whether a name is that of an office's own unit, which stands behind ``UBND xã`` as a signer may.

    Args:
        name: What was taken for a name.
        place: Whose book it is, as on its cover.
    """
    words, whole = unaccented(name).split(), unaccented(place).split()
    return bool(words) and any(
        whole[at : at + len(words)] == words for at in range(len(whole) - len(words) + 1)
    )


def with_whole_unit(shares: Mapping[str, str], place: str) -> Mapping[str, str]:
    """Return name and title with the whole of the office's own unit in the title.

    Its end may have been taken for the beginning of a name: in a book of ``UBND xã Bình Ninh`` what was parted into
    ``PCT UBND xã Bình`` and ``Ninh Nguyễn Tấn Phát`` is ``PCT UBND xã Bình Ninh`` and ``Nguyễn Tấn Phát``.

    Args:
        shares: The name and the title.
        place: Whose book it is, as on its cover.
    """
    office = re.findall(r"\w+", unaccented(place.partition(",")[0]))
    title, name = shares["title"].split(), shares["name"].split()
    said, begun = ([re.sub(r"\W", "", unaccented(word)) for word in words] for words in (title, name))
    for at in range(len(office) - 1, 0, -1):
        rest = office[at:]
        is_unit = re.fullmatch(_UNIT, office[at - 1]) is not None
        behind = said[-1:] == office[at - 1 : at] if is_unit else said[-2:] == office[max(0, at - 2) : at]
        if behind and begun[: len(rest)] == rest and len(name) - len(rest) >= FEWEST:
            moved = [*title, *name[: len(rest)]]
            return {"name": " ".join(name[len(rest) :]), "title": " ".join(moved)}
    return shares


def is_usual_title(text: str) -> bool:
    """Return whether a text is usual titles and offices through and through, with their marks."""
    return bool(text) and _titles(()).is_whole(text) and _is_exact(text)


@dataclass(frozen=True)
class _Titles:
    """The titles that are known, as patterns over letters without marks (``_bare``).

    Attributes:
        begin: A title as it begins.
        closed: Titles and offices with nothing behind them but a unit without its name.
        end: A text whose last words are a title.
    """

    begin: re.Pattern[str]
    closed: re.Pattern[str]
    end: re.Pattern[str]

    def starts(self, text: str, *, exact: bool) -> bool:
        """Return whether a text begins with a title; ``exact``: its marks have to be right."""
        bare = _bare(text)
        found = self.begin.match(bare)
        if found is None:
            return False
        return not exact or _is_exact(text)

    def is_whole(self, text: str) -> bool:
        """Return whether a text is titles and offices through and through."""
        return self.closed.fullmatch(_bare(text)) is not None

    def may_end(self, title: str) -> bool:
        """Return whether a title is whole, or ends with the name of a unit: another word is a piece of a person's name.

        A name that begins behind the title and goes on in the next line is not parted at the end of the line.
        """
        bare = _bare(title).lstrip("( ")
        if self.is_whole(title):
            return True
        begun = self.begin.match(bare)
        behind = bare[begun.end() :] if begun else bare
        last = re.findall(r"[^\W\d_]+", behind)[-1:]
        return re.search(rf"(?<!\w){_UNIT}(?!\w)", behind) is not None and len("".join(last)) > 1

    def is_at_end(self, text: str) -> bool:
        """Return whether the last words of a text are a title."""
        return self.end.fullmatch(_bare(text)) is not None

    def is_in(self, text: str) -> bool:
        """Return whether a text holds a title or an office."""
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
    words = (re.findall(r"\w+", spelling) for spelling in sorted(known, key=lambda one: (-len(one), one)))
    each = "|".join(r"[\s.–—/-]*".join(map(re.escape, parts)) for parts in words)
    title = rf"(?:{_ON_BEHALF}?(?:(?:pho|p|quyen)\b[\s.]*)?(?:{each})(?!\w)|{_ON_BEHALF}{_OFFICE}(?!\w))"
    whole = rf"\(?{title}(?:{_BETWEEN}(?:{title}|{_OFFICE}(?!\w)|{_UNIT}(?!\w)))*[\s.,:;)–—-]*"
    end = rf"(?s:.*(?<!\w)){title}\.?"
    return _Titles(re.compile(title), re.compile(whole), re.compile(end))


def _name_first(written: str, titles: _Titles) -> tuple[str, str] | None:
    """Cut where a title begins behind a name."""
    for gap in _GAP.finditer(written):
        is_strong = not gap.group().isspace() or "\n" in gap.group()
        name, title = written[: gap.start()].strip(), written[gap.end() :].strip()
        if not titles.starts(title, exact=not is_strong) or not _is_name(name, titles, is_parted=is_strong):
            continue
        if "(" not in title:  # one bracket of the pair may be missing, on paper or in what was read
            title = title.removesuffix(")").rstrip()
        return _without_stop(name), title
    return None


def _title_first(written: str, titles: _Titles) -> tuple[str, str] | None:
    """Cut at the last sign or end of a line that only a name follows, or right behind titles that nothing else follows.

    A sign behind titles and nothing else goes before one that a part of the name may precede.

    Behind a unit without a name, and behind one whose name may go on in the next line, a person has to begin with the
    name of a family.
    """
    if not titles.starts(written.lstrip("( "), exact=False):
        return None
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
            continue  # the name of a unit that goes on in the next line
        return name, title.lstrip("(").strip()
    return None


def _ends_open(title: str, gap: str) -> bool:
    """Return whether the name of a unit may follow: no sign parts it from a unit or an office."""
    last = re.search(rf"(?<!\w)(?:{_UNIT}|{_OFFICE})$", _bare(title.rstrip(" ")))
    return last is not None and not gap.strip()


def _is_person(name: str) -> bool:
    words = name.casefold().split()
    others = [word for word in words[2:-1] if word in {"nguyễn", "trần", "lê", "phạm", "huỳnh"}]
    is_whole = not any(word.endswith(".") for word in words)
    return words[0] in SURNAMES and 3 <= len(words) <= 5 and is_whole and not others


def _is_name(text: str, titles: _Titles, *, is_parted: bool) -> bool:
    """Return whether a text may be a name; one that a sign parts from the title may end with a word of a unit."""
    if not _NAME.fullmatch(text) or titles.is_in(text):
        return False
    words = text.split()
    letters = [word.rstrip(".") for word in words]
    if any(len(word) > 1 and word.isupper() and set("aeiouy").isdisjoint(_bare(word)) for word in letters):
        return False
    return UNIT.search(" ".join(words[:-1] if is_parted else words)) is None


def _without_stop(name: str) -> str:
    """Return a name without a full stop behind its last word, unless that is one letter."""
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
    """Return the text in small letters without marks, letter for letter."""
    return "".join(map(_bare_letter, text))


def _is_exact(title: str) -> bool:
    """Return whether a title begins with its marks, or is an abbreviation in capitals that is no syllable."""
    first = re.match(r"\w+", title)
    word = first.group() if first else ""
    is_short = len(word) > 1 and word.isupper() and word.isascii() and set("AEIOY").isdisjoint(word)
    return is_short or TITLE.match(title) is not None
