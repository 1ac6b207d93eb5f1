"""Papers as PDF, set by Typst: extracts of entries, entries beside their scans, lists of books, handover minutes."""
