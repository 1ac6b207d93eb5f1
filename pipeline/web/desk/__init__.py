"""The desk's tasks, columns and findings, prepared for the templates. Nothing here knows FastAPI."""
