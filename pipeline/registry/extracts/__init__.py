"""Extracts that an office issues from its entries."""
