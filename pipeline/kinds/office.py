"""Words of offices and of the titles of those who sign: they stand in no person's name."""

from __future__ import annotations

import re

TITLE = re.compile(
    r"(?<!\w)(?:(?:KT|TM|TL|TUQ|Q)\s*\.\s*)?"
    r"(?:(?:phó|P\.?|quyền(?=\s+(?:chủ|trưởng|giám)))\s*)?"
    r"(?:chủ\s+tịch|trưởng\s+(?:phòng|ban|công\s+an|thôn|ấp)|giám\s+đốc|(?:ủy|uỷ)\s+viên|chánh\s+văn\s+phòng"
    r"|công\s+chức|cán\s+bộ|thẩm\s+phán|(?-i:P?CT)|(?-i:UVUB|UV))(?!\w)",
    re.IGNORECASE,
)
"""A title as it begins (``Phó Chủ tịch``, ``PCT``, ``KT. Chủ tịch``); what it is the title of may follow."""

OFFICE = re.compile(r"(?<!\w)(?:UBND|(?:ủy|uỷ)\s+ban|tư\s+pháp|hộ\s+tịch)(?!\w)", re.IGNORECASE)

TELLING_WORDS = frozenset(
    (
        "tịch",
        "trưởng",
        "đốc",
        "viên",
        "chánh",
        "chức",
        "bộ",
        "phán",
        "ct",
        "pct",
        "uvub",
        "uv",
        "ubnd",
        "ban",
        "pháp",
    )
)
"""In small letters, with their marks: a text with none of these words has no title and no office in it."""

UNIT = re.compile(r"(?<!\w)(?:xã|phường|thị\s+trấn|huyện|quận|tỉnh|thành\s+phố)(?!\w)", re.IGNORECASE)
"""Words of administrative units; a few of them are given names too."""
