"""The number of an identity paper: 9 digits (CMND), 12 digits (personal number), or a passport's letter and
digits.

Problems: I01 a personal number that has not 12 digits or begins with no known code, I04 a CMND number that
has not 9 digits. There is no check digit. The first three digits of a personal number are a province as of
2004 (a frozen table: seven of the codes changed their owner in 2025) or a country.
"""

from __future__ import annotations

import re

from pipeline.kinds.digits import is_digits, without_leader
from pipeline.kinds.ditto import DITTO, is_ditto
from pipeline.kinds.kind import NOTHING, Parsed, Vocabulary

WRONG_PERSONAL_NUMBER = "I01"
WRONG_CMND = "I04"

_PROVINCES = """
001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 044 045
046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091 092 093
094 095 096
"""
PROVINCE_CODES = frozenset(_PROVINCES.split())

_PASSPORT = re.compile(r"[A-Z]{1,2}\d{6,8}", re.ASCII)


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    marks = without_leader(text).strip(",;:")
    if is_digits(marks):
        return _of_digits(marks)
    if is_ditto(text):
        return Parsed("", (DITTO,))
    if not marks:
        return NOTHING
    if _PASSPORT.fullmatch(marks.upper()):
        return Parsed(marks.upper())
    return Parsed("", (_wrong(marks),))


def _of_digits(digits: str) -> Parsed:
    if len(digits) not in (9, 12):
        return Parsed("", (_wrong(digits),))
    known = len(digits) == 9 or digits[0] != "0" or digits[:3] in PROVINCE_CODES
    return Parsed(digits, () if known else (WRONG_PERSONAL_NUMBER,))


def _wrong(marks: str) -> str:
    return WRONG_PERSONAL_NUMBER if len(marks) > 10 else WRONG_CMND


def format(value: str, vocab: Vocabulary | None = None) -> str:
    if not (_PASSPORT.fullmatch(value) or (is_digits(value) and len(value) in (9, 12))):
        raise ValueError("not a canonical number of an identity paper")
    return value
