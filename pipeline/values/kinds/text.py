"""Free text, places and terms of code lists."""

from __future__ import annotations

from pipeline.base.text.tones import folded, normalized
from pipeline.values.kinds.kind import (
    DITTO,
    NOT_IN_LIST,
    NOTHING,
    UNCODED,
    Kind,
    Parsed,
    Vocabulary,
    is_ditto,
)


class TextKind(Kind):
    """Free text. Its canonical form is the text in NFC with spaces collapsed."""

    name = "text"
    label = "chữ tự do"
    is_verbatim = True
    takes_remarks = True
    is_compared_as_written = True
    has_sure_ditto = True

    def parse(self, text: str, _vocab: Vocabulary | None = None, /) -> Parsed:
        return Parsed("", (DITTO,)) if is_ditto(text) else Parsed(normalized(text))


class PlaceKind(TextKind):
    """A place as written. It is never rewritten to a newer name; its unit has a column of its own."""

    name = "place"
    label = "nơi (xã, huyện, tỉnh)"
    word_domain = "place"
    is_place = True


class ChoiceKind(Kind):
    """A term of a code list. The canonical form is the term's code.

    For a printed box without a code it is the box's text (UNCODED). Any other text outside the list keeps only its
    text, with the finding of the list.
    """

    name = "choice"
    label = "mục của một danh mục"
    is_listed = True
    recurs_in_ink = True
    has_sure_ditto = True

    def parse(self, text: str, vocab: Vocabulary | None = None, /) -> Parsed:
        """See ``Kind``. A text is a term if it equals a label or alias up to case and spaces, not if it is similar."""
        word = folded(text)
        if not word:
            return NOTHING
        if is_ditto(word):
            return Parsed("", (DITTO,))
        if vocab is None:
            return Parsed("", (NOT_IN_LIST,))
        code = vocab.codes.get(word, "")
        if code:
            return Parsed(code)
        words = vocab.printed.get(word, "")
        return Parsed(words, (UNCODED,)) if words else Parsed("", (vocab.finding,))

    def format(self, value: str, vocab: Vocabulary | None = None, /) -> str:
        if vocab is not None and value in vocab.uncoded:
            return value
        if vocab is None or value not in vocab.labels:
            raise ValueError("not a code of the vocabulary")
        return vocab.labels[value]
