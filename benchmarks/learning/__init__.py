"""How fast a book gets done with the help of those who correct it, by a simulated reviewer over drawn books."""
