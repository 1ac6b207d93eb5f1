"""Findings of checks across entries, and links between entries."""
