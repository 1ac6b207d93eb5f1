"""The text of a PDF, read by Poppler's ``pdftotext``, a program independent of Typst."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from pipeline.base.errors import SetupError
from pipeline.base.files import TEMP_PREFIX

SECONDS = 60.0


def text_of_pdf(content: bytes) -> str:
    """Return the text of a PDF with whitespace collapsed to single spaces and zero-width spaces removed.

    Raises:
        SetupError: Poppler is not installed, or cannot read the file.
    """
    with tempfile.TemporaryDirectory(prefix=TEMP_PREFIX) as scratch:
        path = Path(scratch) / "paper.pdf"
        path.write_bytes(content)
        try:
            done = subprocess.run(
                ["pdftotext", "-raw", "-enc", "UTF-8", path, "-"],
                capture_output=True,
                timeout=SECONDS,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            raise SetupError(
                "Không chạy được pdftotext (gói poppler-utils). Hãy chạy hotich doctor xem máy thiếu gì."
            ) from None
    return " ".join(done.stdout.decode("utf-8", "replace").replace("\u200b", "").split())
