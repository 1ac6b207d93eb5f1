"""PAdES signatures of PDFs with pyHanko: written invisibly, so that the file stays PDF/A, and verified again.

The same signer signs other files by CAdES, in a file of its own. A signature of a PDF covers every byte of it but its
own place, which must hold nothing beside it.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from asn1crypto import cms, keys
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko.sign.validation.status import StandardCMSSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pipeline.base.errors import SetupError
from pipeline.delivery.signing.office_certificate import OfficeCertificate, OfficeKey

FIELD = "ChuKyCoQuan"
DIGEST = "sha256"
_RESERVED, _RESERVED_TIMESTAMP = 2048, 12288
"""Bytes kept for a signature beside its certificates."""

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
_logger = logging.getLogger(__name__)


class _LoadedKeySigner(signers.SimpleSigner):
    """A signer that keeps its key loaded: loading an RSA key takes longer than all the rest."""

    def __init__(self, office: OfficeCertificate) -> None:
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple(map(_asn1, office.chain))
        self._key: OfficeKey = office.key
        raw = office.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        # A root is no proof to a reader, who must have it already, and no signature covers it.
        super().__init__(
            _asn1(office.certificate), keys.PrivateKeyInfo.load(raw), registry, embed_roots=False
        )

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:  # noqa: ARG002  # it is always DIGEST
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def _asn1(certificate: object) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))  # type: ignore[attr-defined]


T = TypeVar("T")
_TRIED = hashlib.sha256(b"hotich").digest()
"""What a server of time stamps stamps on trial."""
Status = TypeVar("Status", bound=StandardCMSSignatureStatus)


def _without_loop(work: Callable[[], T]) -> T:
    """Return what ``work`` gives in a thread of its own: pyHanko starts an event loop, and the caller may be in one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


class PdfSigner:
    """Signs PDFs, and other files beside them, with the certificate of an office.

    Args:
        timestamp_url: Server of time stamps (RFC 3161); ``""``: none.
    """

    def __init__(self, office: OfficeCertificate, timestamp_url: str = "") -> None:
        self._signer = _LoadedKeySigner(office)
        self._timestamper = HTTPTimeStamper(timestamp_url) if timestamp_url else None
        self.fingerprint = office.fingerprint
        certificates = (office.certificate, *office.chain)
        room = _RESERVED + sum(len(one.public_bytes(Encoding.DER)) for one in certificates)
        self._reserved = 2 * (room + (_RESERVED_TIMESTAMP if timestamp_url else 0))

    def sign(self, data: bytes) -> bytes:
        """Return a PDF with the signature of the office.

        Raises:
            SetupError: The file cannot be signed, or the server of time stamps does not answer.
        """
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD, md_algorithm=DIGEST, subfilter=SigSeedSubFilter.PADES
        )
        writer = signers.PdfSigner(metadata, self._signer, timestamper=self._timestamper)
        try:
            target = IncrementalPdfFileWriter(io.BytesIO(data))
            signed = _stamped(partial(writer.sign_pdf, target, bytes_reserved=self._reserved))
        except (SigningError, PdfError, ValueError):
            raise SetupError("Không ký được tệp: tệp đã có chữ ký ấy, hoặc không phải PDF.") from None
        return bytes(signed.getvalue())

    def sign_detached(self, data: bytes) -> bytes:
        """Return the CAdES signature of a file (CMS, DER), to be kept beside it.

        Raises:
            SetupError: The server of time stamps does not answer.
        """
        sign = partial(self._signer.async_sign_general_data, data, DIGEST, use_cades=True)
        signed = _stamped(lambda: asyncio.run(sign(timestamper=self._timestamper)))
        return bytes(signed.dump())


def _stamped(work: Callable[[], T]) -> T:
    """Return what ``work`` signs.

    Raises:
        SetupError: The server of time stamps does not answer.
    """
    try:
        return _without_loop(work)
    except (TimestampRequestError, OSError):
        _logger.warning("the server of time stamps gave no answer")
        raise SetupError("Máy chủ dấu thời gian không trả lời. Hãy kiểm tra mạng rồi ký lại.") from None


def stamped_at(url: str) -> datetime:
    """Return the moment in a time stamp (RFC 3161) of a few bytes.

    Raises:
        SetupError: The server does not answer, or the answer is no stamp of these bytes.
    """
    stamper = HTTPTimeStamper(url)
    token = _stamped(lambda: asyncio.run(stamper.async_timestamp(_TRIED, DIGEST)))
    try:
        told = token["content"]["encap_content_info"]["content"].parsed  # the TSTInfo of RFC 3161
        moment: datetime = told["gen_time"].native
        if told["message_imprint"]["hashed_message"].native == _TRIED:
            return moment
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise SetupError("Câu trả lời không phải dấu thời gian của điều đã hỏi.")


@dataclass(frozen=True, slots=True)
class SignatureState:
    """What is known of the signature of a file.

    Attributes:
        flaw: ``missing``, ``broken``, ``untrusted``, ``expired`` (the certificate is no longer valid, and no trusted
            time stamp says that it was when it signed), or ``""`` for a signature that holds.
        fingerprint: SHA-256 of the signer's certificate; ``""`` without a signature.
        trusted: Whether the certificate leads to one of the trusted certificates.
    """

    flaw: str
    fingerprint: str = ""
    trusted: bool = False


def signature_state(data: bytes, trusted: tuple[bytes, ...] = ()) -> SignatureState:
    """Return the state of the office's signature of a PDF.

    Args:
        trusted: Certificates (DER) of the issuers that the reader trusts; without any, the mathematics alone are
            checked, and the reader compares the fingerprint.
    """
    try:
        found = PdfFileReader(io.BytesIO(data)).embedded_signatures
        if not found:
            return SignatureState("missing")
        signature = found[-1]
        status, doubt = _judged(partial(validate_pdf_signature, signature), trusted)
        fingerprint = signature.signer_cert.sha256.hex()
    except (PdfError, SignatureValidationError, ValueError, TypeError, KeyError, AttributeError, OSError):
        return SignatureState("broken")
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE and _is_place_clean(data)
    if not (status.intact and status.valid and whole):
        return SignatureState("broken", fingerprint)
    return SignatureState(doubt, fingerprint, bool(trusted and not doubt))


def detached_state(data: bytes, signature: bytes, trusted: tuple[bytes, ...] = ()) -> SignatureState:
    """Return the state of the office's CAdES signature of a file.

    Args:
        trusted: As for ``signature_state``.
    """
    try:
        signed = cms.ContentInfo.load(signature, strict=True)["content"]
        check = partial(async_validate_detached_cms, data, signed)
        status, doubt = _judged(lambda context: asyncio.run(check(context)), trusted)
        fingerprint = status.signing_cert.sha256.hex()
    except (SignatureValidationError, ValueError, TypeError, KeyError, AttributeError):
        return SignatureState("broken")
    stamp = status.timestamp_validity
    if not (status.intact and status.valid) or (stamp and not (stamp.intact and stamp.valid)):
        return SignatureState("broken", fingerprint)
    return SignatureState(doubt, fingerprint, bool(trusted and not doubt))


def _judged(
    validate: Callable[[ValidationContext], Status], trusted: tuple[bytes, ...]
) -> tuple[Status, str]:
    """Return the status of a signature, and ``untrusted`` or ``expired`` where its certificate leaves a doubt."""
    roots = [asn1.Certificate.load(one) for one in trusted]

    def at(moment: datetime | None) -> Status:
        context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=moment)
        return _without_loop(lambda: validate(context))

    status = at(None)
    if not roots or status.trusted:
        return status, ""
    ends = status.signing_cert.not_valid_after
    if ends > datetime.now(UTC) or not at(ends).trusted:
        return status, "untrusted"
    stamp = status.timestamp_validity
    is_proven = stamp is not None and stamp.trusted and at(stamp.timestamp).trusted
    return status, "" if is_proven else "expired"


def _is_place_clean(data: bytes) -> bool:
    """Return whether the place of the last signature, which it does not cover, holds it alone, padded with zeros."""
    ranges = re.findall(rb"/ByteRange \[\s*0 (\d+) (\d+) \d+\s*\]", data)
    if not ranges:
        return False
    start, end = map(int, ranges[-1])
    held = data[start + 1 : end - 1]
    if data[start : start + 1] != b"<" or data[end - 1 : end] != b">":
        return False
    length = _der_length(bytes.fromhex(held[:16].decode("ascii")))
    return re.fullmatch(rb"[0-9a-f]*|[0-9A-F]*", held) is not None and not held[2 * length :].strip(b"0")


def _der_length(head: bytes) -> int:
    """Return the length of a DER value with its head."""
    if head[1] < 128:
        return 2 + head[1]
    size = head[1] & 127
    return 2 + size + int.from_bytes(head[2 : 2 + size], "big")
