"""Ink on paper: the mask of a page, its connected components, and what their shape says."""
