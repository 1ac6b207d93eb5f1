"""Physical books: where they stand, their handover notes, and who holds them."""
