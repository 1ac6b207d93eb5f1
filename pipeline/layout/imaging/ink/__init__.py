"""Ink on paper: the mask of a page, its connected components, and their shapes."""
