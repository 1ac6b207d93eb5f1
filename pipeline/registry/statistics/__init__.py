"""Counts for reports."""
