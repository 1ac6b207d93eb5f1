"""One term of a code list. The canonical form is the term's code; of a printed box for which the list has no code, the
words beside it (UNCODED). What else is not in the list keeps its text only.
"""

from __future__ import annotations

from pipeline.kinds.ditto import DITTO, is_ditto
from pipeline.kinds.kind import NOT_IN_LIST, NOTHING, UNCODED, Parsed, Vocabulary
from pipeline.text.tones import folded


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    """Exact up to case and spaces, by label or alias. Near misses are not guessed at."""
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


def format(value: str, vocab: Vocabulary | None = None) -> str:
    if vocab is not None and value in vocab.uncoded:
        return value
    if vocab is None or value not in vocab.labels:
        raise ValueError("not a code of the vocabulary")
    return vocab.labels[value]
