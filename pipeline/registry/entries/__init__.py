"""Entries: what the machine says now, what people decided, and the effective values."""
