"""How fast a book gets done with the help of its corrected values: a simulated reviewer over drawn books."""
