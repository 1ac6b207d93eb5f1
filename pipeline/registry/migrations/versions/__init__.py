"""The frozen steps, oldest first by name.

A step that has been released is never edited, but for what another kind of database needs; what it makes on
SQLite stays byte for byte what it was.
"""
