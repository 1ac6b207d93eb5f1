"""What a book says as a whole: its context, its rules and checks, which book it is, its correction."""
