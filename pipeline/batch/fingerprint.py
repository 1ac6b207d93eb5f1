"""What a reading depends on, as one hash: where nothing of it changed, a page need not be read again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

import pipeline
from pipeline.digitize import DigitizeOptions
from pipeline.model import Ledger
from pipeline.ocr import Engines
from pipeline.schema import Form, Schemas


def reading_fingerprint(
    scan_sha256: str, form: Form, ledger: Ledger, schemas: Schemas, engines: Engines, options: DigitizeOptions
) -> str:
    """64 hex digits over scan, form, declarations, units of places, readers, options, ledger and the version."""
    parts = [
        scan_sha256,
        form.fingerprint,
        schemas.fingerprint,
        schemas.places.gazetteer.fingerprint,
        engines.fingerprint,
        options.fingerprint,
        pipeline.__version__,
        asdict(ledger),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
