"""Supervisors' pages: the report, and the lists that its figures lead to."""
