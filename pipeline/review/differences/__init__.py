"""What the page of a reconciliation shows."""
