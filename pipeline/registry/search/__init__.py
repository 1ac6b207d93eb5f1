"""Search for entries and persons."""
