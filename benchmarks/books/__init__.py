"""Books for measurements and tests: drawn books with their readings, damage, open books, photographs."""
