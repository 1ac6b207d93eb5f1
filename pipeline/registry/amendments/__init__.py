"""Corrections and supplements by the legal procedure, above what stands on paper; nothing is ever taken away."""

from pipeline.registry.amendments.values import Amendment, AmendmentKind, AmendmentOrder

__all__ = ["Amendment", "AmendmentKind", "AmendmentOrder"]
