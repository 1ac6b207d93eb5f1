"""One page in, one result out: the product. Everything else calls ``digitize_page``.

The modules are the stages, in this order: ``normalize`` (colour, orientation, skew, quality), ``sheets`` (one page or
an open book), ``match`` (which form), ``rectify``, ``segment`` (field regions and their text lines), ``recognize``,
``parse``, ``validate``, ``route`` (accept or review). ``regions`` holds the values between them. The page comes
decoded from ``pipeline.scans.intake``; the result goes to ``pipeline.registry``. ``drawn_region`` reads one field again
where a person drew its region.
"""

from pipeline.digitize.context import DigitizeOptions
from pipeline.digitize.engines import default_engines
from pipeline.digitize.page import digitize_page
from pipeline.recognition.ocr import Engines

__all__ = ["DigitizeOptions", "Engines", "default_engines", "digitize_page"]
