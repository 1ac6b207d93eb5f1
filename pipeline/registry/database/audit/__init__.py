"""The audit: an append-only chain of who did what, with a digest of every row that came of it."""

from pipeline.registry.database.audit.trail import MACHINE, add, changing, noted, record, wrote

__all__ = ["MACHINE", "add", "changing", "noted", "record", "wrote"]
