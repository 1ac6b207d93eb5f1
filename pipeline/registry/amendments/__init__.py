"""Amendments: what an authority decided on an entry after it was written."""
