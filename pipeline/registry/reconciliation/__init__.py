"""Differences against another program, asked about and answered."""
