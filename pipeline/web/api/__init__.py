"""The API: what other systems read with tokens, as JSON. See ``docs/reference/api.md``."""
