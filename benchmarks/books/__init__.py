"""Books for measurements and tests: drawn ones and what is read on them, damage, open books, photographs."""
