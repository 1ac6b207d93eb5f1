"""A scripted month of an office: what goes wrong, what mends it, and whether every book is delivered in the end."""
