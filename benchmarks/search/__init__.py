"""The search of the registry: how fast it is over many entries, and which names written otherwise it finds."""
