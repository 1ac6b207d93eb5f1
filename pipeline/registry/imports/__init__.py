"""Workbooks whose values come in as keyed values."""
