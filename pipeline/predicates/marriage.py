"""Marriages (M)."""
