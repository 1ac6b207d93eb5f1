"""Scans from the scanner's folder to the store: intake, inbox, workspace, shared store and its check."""
