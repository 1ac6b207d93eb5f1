"""The read-only API: JSON for other systems that hold a token. See ``docs/reference/api.md``."""
