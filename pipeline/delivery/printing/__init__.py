"""Papers as PDF, typeset by Typst: extracts, entries beside their scans, book lists, handover minutes."""
