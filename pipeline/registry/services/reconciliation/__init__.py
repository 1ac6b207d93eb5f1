"""What reconciliations found, kept until people have answered."""
