"""Packages, reconciliation and reports."""
