"""What a book as a whole says of its single values: its order, its place, what its other pages repeat."""
