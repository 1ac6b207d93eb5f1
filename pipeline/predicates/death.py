"""Deaths (T)."""
