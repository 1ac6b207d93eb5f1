"""Books as offices keep them: what is read of them with and without what the book says as a whole."""
