"""Entries and fields that people add, and regions that they redraw."""
