"""Certificates sent in the browser.

A child process opens and checks the file; it is then kept, named by its SHA-256, and signs once ``[signing]`` names it.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from pipeline.base.child_processes import child_environment
from pipeline.base.errors import SetupError
from pipeline.base.files import TEMP_PREFIX, make_folder, storage_errors, write_atomically
from pipeline.base.text.control_characters import visible_text
from pipeline.delivery.signing.office_certificate import OfficeCertificate, SigningFiles
from pipeline.scans.workspace import Workspace

MOST_BYTES = 48 * 1024
"""Largest accepted PKCS#12 file, in bytes; that of an office with its chain has some 6 KB."""

MOST_LETTERS = 200
"""Longest accepted password."""

SECONDS = 10
"""Processor time to open a file; a file may ask for any number of rounds of its password."""

_MOST_NAME = 300


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What people compare of a certificate.

    Attributes:
        serial: The serial number as other programs show it, hex without colons.
        begins, ends: First and last moment of validity, UTC.
    """

    fingerprint: str
    subject: str
    issuer: str
    serial: str
    begins: datetime
    ends: datetime


def facts_of(office: OfficeCertificate) -> CertificateFacts:
    """Return the facts of a certificate."""
    certificate = office.certificate
    return CertificateFacts(
        office.fingerprint,
        _name(certificate.subject),
        _name(certificate.issuer),
        f"{certificate.serial_number:X}",
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


def keep_certificate(workspace: Workspace, data: bytes, password: str, now: datetime) -> SigningFiles:
    """Keep a certificate and its password, each readable by this account alone; it signs nothing yet.

    Raises:
        SetupError: The file or the password cannot be used, or the certificate may not sign at the moment ``now``.
        StorageError: The disk fails.
    """
    if not data or len(data) > MOST_BYTES:
        raise SetupError(
            f"Tệp chứng thư có từ 1 byte đến {MOST_BYTES // 1024} KB. Hãy chọn đúng tệp .p12 hay .pfx."
        )
    if not 1 <= len(password) <= MOST_LETTERS or not password.isprintable():
        raise SetupError(f"Mật khẩu của tệp: từ 1 đến {MOST_LETTERS} ký tự trên một dòng.")
    fingerprint = _fingerprint(data, password, now)
    certificate, secret = workspace.sent_certificate(fingerprint)
    with storage_errors(certificate.parent):
        make_folder(certificate.parent)
        write_atomically(secret, f"{password}\n", mode=0o600)
        write_atomically(certificate, data, mode=0o600)
    return SigningFiles(certificate, secret, fingerprint)


def drop_certificates(workspace: Workspace, *kept: str) -> None:
    """Remove the sent certificates with other SHA-256 than these; a file that stays is of no harm."""
    folder = workspace.sent_certificate("")[0].parent
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.stem not in kept:
            with suppress(OSError):
                path.unlink()


def _fingerprint(data: bytes, password: str, now: datetime) -> str:
    """Return the SHA-256 of the certificate in a file, which a child process has opened and checked."""
    order = {
        "file": base64.b64encode(data).decode(),
        "password": password,
        "now": now.timestamp(),
        "seconds": SECONDS,
    }
    with tempfile.TemporaryDirectory(prefix=TEMP_PREFIX) as scratch:
        try:
            process = subprocess.run(
                [sys.executable, "-P", "-m", "pipeline.delivery.signing.certificate_child"],
                input=json.dumps(order).encode(),
                capture_output=True,
                cwd=scratch,
                env=child_environment(scratch),
                timeout=4 * SECONDS,
                check=False,
            )
            answer = json.loads(process.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            raise SetupError(
                "Mở tệp mất quá lâu hoặc cần quá nhiều bộ nhớ nên đã dừng. Hãy xuất lại tệp từ nơi giữ chứng thư."
            ) from None
        except OSError as error:
            raise SetupError(f"Không chạy được chương trình mở chứng thư: {error.strerror}.") from None
    if "refused" in answer:
        raise SetupError(str(answer["refused"])[:1].upper() + str(answer["refused"])[1:])
    return str(answer["fingerprint"])


def _name(name: x509.Name) -> str:
    """Return the parts of a name, the most specific first."""
    parts = [visible_text(str(part.value)) for part in name]
    return ", ".join(reversed(parts))[:_MOST_NAME]
