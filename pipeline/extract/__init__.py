"""From lines that were read to the fields of an entry: parts joined, shared blanks split, kinds parsed."""

from pipeline.extract.fields import SlotInk, readings_of
from pipeline.extract.ticks import TICK_SHARE, tick_reading

__all__ = ["TICK_SHARE", "SlotInk", "readings_of", "tick_reading"]
