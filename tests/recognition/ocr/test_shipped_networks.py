"""The networks that come along."""

from __future__ import annotations

import numpy as np

from pipeline.digitize import default_engines
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.models import OnnxNetwork, _session
from pipeline.training.synthetic_pages.pen_fonts import PENS
from tests.recognition.ocr.lines import pen_line

TEXTS = ("Lý Hoa", "16/5/2008", "Kinh", "Ấp 5, xã Bình Hữu", "TRẦN VĂN ÁNH", "Trần Văn Bé", "huyện Trà Ôn")


def test_they_read_a_line_alike_alone_and_among_others() -> None:
    reader = default_engines().hand
    assert isinstance(reader, HandwritingReader)
    lines = [pen_line(text, pen.file) for pen in PENS[:4] for text in TEXTS]
    for line, together in zip(lines, reader.emissions(lines), strict=True):
        (alone,) = reader.emissions([line])
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_allclose(np.exp(one.log_chances), np.exp(other.log_chances), atol=1e-4)


def test_their_sessions_keep_no_buffers_which_grow_until_a_page_of_many_lines_fails() -> None:
    reader = default_engines().hand
    assert isinstance(reader, HandwritingReader)
    for network in reader.networks:
        assert isinstance(network, OnnxNetwork)
        assert not _session(network.path, network.sha256).get_session_options().enable_cpu_mem_arena
