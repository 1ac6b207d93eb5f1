"""Books, their scans and pages, failures, corrections, and browsing."""
