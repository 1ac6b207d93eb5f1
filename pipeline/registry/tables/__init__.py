"""The tables of the database, by subject, and what may happen to their rows."""
