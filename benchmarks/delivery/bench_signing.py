"""How long does it take to sign 1,000 PDFs, and how large is a page at 150 and at 300 pixels an inch?

One page is drawn and copied at both resolutions (this is not measured). Measured are the CPU seconds of this process
for signing and for verifying copies, by kind of key, and the kB of the copy of an A4 page and of a signature. Time
stamps are left out: their cost is that of their server.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from PIL import Image

from benchmarks.figures import report_figures, say
from pipeline.declarations import schema
from pipeline.delivery.export.compression import CopyOptions, compress_page
from pipeline.delivery.export.pdf_writing import entry_pdf
from pipeline.delivery.export.pdfa_check import pdfa_flaws
from pipeline.delivery.signing.office_certificate import OfficeCertificate, OfficeKey
from pipeline.delivery.signing.pades import PdfSigner, signature_state
from pipeline.training.synthetic_pages import SynthOptions, write_book


def self_signed(key: OfficeKey) -> OfficeCertificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "UBND")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(9))
    return OfficeCertificate(built.sign(key, hashes.SHA256()), key, ())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    chosen = parser.parse_args()
    copies = {dpi: copy_of_page(dpi) for dpi in (150, 300)}
    figures: dict[str, float] = {"files": chosen.files}
    keys: dict[str, OfficeKey] = {
        "rsa": rsa.generate_private_key(65537, 2048),
        "ecdsa": ec.generate_private_key(ec.SECP256R1()),
    }
    for kind, key in keys.items():
        office = self_signed(key)
        signer, root = PdfSigner(office), office.certificate.public_bytes(Encoding.DER)
        begun = time.process_time()
        for _ in range(chosen.files):
            signed = signer.sign(copies[150])
        figures[f"{kind}_sign_cpu_seconds"] = time.process_time() - begun
        begun = time.process_time()
        flaws = sum(bool(signature_state(signed, (root,)).flaw) for _ in range(chosen.files))
        figures[f"{kind}_verify_cpu_seconds"] = time.process_time() - begun
        figures[f"{kind}_flaws"] = flaws + len(pdfa_flaws(signed))
        figures[f"{kind}_signature_kb"] = (len(signed) - len(copies[150])) / 1000
    figures |= {f"kb_{dpi}_dpi": len(copy) / 1000 for dpi, copy in copies.items()}
    for name, value in figures.items():
        say(f"{name}: {value:.2f}")
    report_figures("signing", figures)


def copy_of_page(dpi: int) -> bytes:
    """Return the copy of a drawn A4 page."""
    schemas = schema.load()
    options = SynthOptions(entries=1, dpi=300, container="jpeg", cover=False)
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as temporary:
        write_book(Path(temporary) / "book", schemas.form("birth-2006"), schemas, options)
        scan = next(Path(temporary).rglob("*.jp*g"))
        picture = Image.open(scan).convert("RGB")
    picture = picture.resize((round(210 / 25.4 * dpi), round(297 / 25.4 * dpi)), Image.Resampling.LANCZOS)
    page = compress_page(np.asarray(picture), float(dpi), (), CopyOptions(dpi=float(dpi)))
    return entry_pdf([page], "KS.1", datetime(2026, 1, 1, tzinfo=UTC))


if __name__ == "__main__":
    main()
