"""Books and shares of books that people and teams are assigned to."""
