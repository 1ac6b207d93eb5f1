"""One page in, one result out: the product. Everything else calls ``digitize_page``.

upright and level -> labels -> frame -> straight page -> blanks -> ink or blank -> reading -> fields -> findings ->
accept or review. The page comes decoded from ``pipeline.intake``; the result goes to ``pipeline.registry``.
"""

from pipeline.digitize.engines import default_engines
from pipeline.digitize.options import DigitizeOptions
from pipeline.digitize.page import digitize_page
from pipeline.ocr import Engines

__all__ = ["DigitizeOptions", "Engines", "default_engines", "digitize_page"]
