"""Geometry, ink and quality of pages before anything is recognized."""
