"""Acceptance sampling by lots."""
