"""What is declared: forms, records and rules in ``schemas/``, books, and all that an office sets."""
