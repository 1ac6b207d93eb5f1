"""The frozen steps, oldest first by name. A step that has been released is never edited."""
