"""Books for measurements and tests: drawn ones and what the machine reads on them, damage, open books, photographs."""
