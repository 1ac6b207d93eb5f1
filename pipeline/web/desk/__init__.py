"""What the desk shows: tasks, columns and findings as the templates take them. Nothing here knows FastAPI."""
