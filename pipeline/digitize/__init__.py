"""One page in, one result out. Everything else calls ``digitize_page`` (``page_stages``).

The modules are the stages, in this order: ``normalize`` (colour layers), ``sheets`` (one page or an open book, by
``orientations`` and ``match``), ``quality``, ``rectify``, ``segment`` (field regions and their text lines),
``recognize``, ``parse``, ``validate``, ``route`` (accept or review). ``regions`` holds the values between the stages.
The page comes decoded from ``pipeline.scans.intake``; the result goes to ``pipeline.registry``. ``drawn_region`` reads
a field again where a person drew its region.
"""

from pipeline.digitize.engines import default_engines
from pipeline.digitize.page_context import DigitizeOptions
from pipeline.digitize.page_stages import digitize_page
from pipeline.recognition.ocr import Engines

__all__ = ["DigitizeOptions", "Engines", "default_engines", "digitize_page"]
