"""Verifying, sealing and showing the audit."""
