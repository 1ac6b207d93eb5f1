"""Lots of settled entries that are sampled by people who have not seen them, and accepted or opened again."""
