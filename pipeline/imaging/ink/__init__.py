"""Ink on paper: the mask of a page, its connected components, and what is told from their shape."""
