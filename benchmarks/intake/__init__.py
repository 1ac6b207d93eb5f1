"""Delivery of scans under bad circumstances."""
