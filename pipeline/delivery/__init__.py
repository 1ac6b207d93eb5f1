"""Deliveries: packages, printed papers, reconciliation with other software, imported workbooks."""
