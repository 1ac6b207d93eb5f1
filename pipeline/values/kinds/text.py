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

    def parse(self, text: str, _vocab: Vocabulary | None = None, /) -> Parsed:
        return Parsed("", (DITTO,)) if is_ditto(text) else Parsed(normalized(text))


class PlaceKind(TextKind):
    """A place as written. It is never rewritten to a newer name: which unit it is has a column of its own."""

    name = "place"


class ChoiceKind(Kind):
    """One term of a code list. The canonical form is the term's code.

    Of a printed box for which the list has no code it is the words of the box (UNCODED). Any other text that is not
    in the list keeps its text only, with the finding of the list.
    """

    name = "choice"

    def parse(self, text: str, vocab: Vocabulary | None = None, /) -> Parsed:
        """See ``Kind``. A text is a term when it is a label or alias up to case and spaces; near misses are none."""
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
