"""The code on an issued extract: its number and the digest of its line in the book of issued extracts, signed.

The digest covers what the line says and the digest of the entry that the paper was printed from. So a paper with a
right code names a line that nobody changed since; what the paper says besides is compared with the kept file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.base.errors import PrintRefused
from pipeline.base.signing_key import SigningKey, is_signed
from pipeline.registry.extracts.model import ExtractOrder, IssuedExtract, SetExtract

_MARK = "HOTICH1"
_FORM = re.compile(
    rf"{_MARK}:(?P<office>[A-Z0-9-]{{1,20}}):(?P<number>[0-9]{{1,8}})/(?P<year>[0-9]{{4}}):(?P<digest>[0-9A-F]{{64}})"
)


@dataclass(frozen=True, slots=True)
class ExtractCode:
    """What the code of an extract says."""

    office: str
    year: int
    number: int
    digest: str

    @property
    def signed_text(self) -> str:
        """The text under the signature, in letters that a code packs most tightly."""
        return f"{_MARK}:{self.office}:{self.number}/{self.year}:{self.digest}"

    def text(self, key: SigningKey) -> str:
        """Return the text of the code, with its signature."""
        signature = base64.b64decode(key.sign(self.signed_text.encode()))
        return f"{self.signed_text}:{base64.b32encode(signature).decode().rstrip('=')}"


def code_of(extract: SetExtract, order: ExtractOrder, record: str) -> ExtractCode:
    """Return the code of an extract that is about to be issued."""
    said = (
        *(extract.office, extract.year, extract.number, extract.issued_on.isoformat()),
        *(record, order.paper, extract.entry_number, extract.subject),
        *(order.recipient, order.copies, order.signer, order.signer_title, extract.state),
    )
    return ExtractCode(extract.office.upper(), extract.year, extract.number, _digest(said))


def code_of_line(line: IssuedExtract) -> ExtractCode:
    """Return the code that a line of the book of issued extracts must have on its paper."""
    said = (
        *(line.office, line.year, line.number, line.day),
        *(line.record, line.paper, line.entry_number, line.subject),
        *(line.recipient, line.copies, line.signer, line.signer_title, line.state),
    )
    return ExtractCode(line.office.upper(), line.year, line.number, _digest(said))


def _digest(said: Iterable[object]) -> str:
    spelled = json.dumps(list(said), ensure_ascii=False)
    return hashlib.sha256(spelled.encode()).hexdigest().upper()


def is_extract_code(text: str) -> bool:
    """Return whether a text looks like the code of an extract."""
    return text.upper().startswith(f"{_MARK}:")


def read_code(text: str, key: SigningKey) -> ExtractCode:
    """Return what a code says.

    Raises:
        PrintRefused: The text is no code of an extract, or this office's key has not signed it.
    """
    said, _, signature = "".join(text.split()).upper().rpartition(":")
    form = _FORM.fullmatch(said)
    if form is None:
        raise PrintRefused("Đây không phải mã của một trích lục do phần mềm này in.")
    if not is_signed(said.encode(), _base64_of(signature), key.public):
        raise PrintRefused(
            "Mã này không do cơ quan này ký: giấy của cơ quan khác, mã đã bị sửa, hay khóa ký đã đổi từ khi cấp."
        )
    return ExtractCode(form["office"], int(form["year"]), int(form["number"]), form["digest"])


def _base64_of(signature: str) -> str:
    """Return a signature from base32 in base64; ``""``: it is neither."""
    try:
        raw = base64.b32decode(signature + "=" * (-len(signature) % 8))
    except (binascii.Error, ValueError):
        return ""
    return base64.b64encode(raw).decode()


@dataclass(frozen=True, slots=True)
class CheckedExtract:
    """An extract whose code was checked.

    Attributes:
        line: Its line in the book of issued extracts; None: the book has no such number.
        flaw: Why the paper does not count, as a sentence; ``""``: it does.
    """

    code: ExtractCode
    line: IssuedExtract | None
    flaw: str


def check_line(code: ExtractCode, line: IssuedExtract | None) -> CheckedExtract:
    """Compare a signed code with the line of its number in the book of issued extracts; None: there is no such line."""
    if line is None:
        return CheckedExtract(
            code, None, "Mã có chữ ký đúng, nhưng sổ cấp trích lục của bạn không có số này."
        )
    if code_of_line(line) != code:
        return CheckedExtract(code, line, "Dòng của số này trong sổ cấp trích lục không còn như khi in giấy.")
    if line.is_void:
        return CheckedExtract(code, line, f"Số này đã hủy: {line.void_reason}.")
    if line.outdated:
        return CheckedExtract(code, line, f"Giấy cấp đúng, nhưng nay không còn đúng với sổ: {line.outdated}.")
    return CheckedExtract(code, line, "")
