"""Searching the registry: near names, the search itself, what is shown of hits, and the index built and checked."""
