"""Forms of statistics and the list of flawed identity data, from accepted and proven values."""
