"""Books, pages and entries that are withdrawn or replaced."""
