"""Lists and text (L): contradictions between words. What is wrong with one text by itself is asked by its kind."""

from __future__ import annotations

from pipeline.predicates.identity import FEMALE, MALE
from pipeline.predicates.predicate import Need, predicate
from pipeline.predicates.value import Value

VALUE = Need.VALUE


@predicate(VALUE, VALUE)
def name_tells_sex(name: Value, sex: Value) -> bool | None:
    """No man's name has “Thị” as a middle word, no woman's “Văn” behind the surname. A weak sign: a person decides."""
    return _fits(name.canonical, sex.canonical)


@predicate(VALUE)
def name_of_a(name: Value, *, sex: str) -> bool | None:
    """As ``name_tells_sex``, of a person whose sex the field itself says (a father, a wife): ``sex`` is a code of the
    list."""
    return _fits(name.canonical, sex)


def _fits(name: str, sex: str) -> bool | None:
    small = name.casefold()
    if "thị" not in small and "văn" not in small:
        return None
    words = small.split()
    if len(words) < 3:
        return None
    if "thị" in words[1:-1]:
        return sex != MALE
    return sex != FEMALE if words[1] == "văn" else None
