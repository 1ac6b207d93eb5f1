"""What the registry counts for reports: sets of rows in, numbers out, in one snapshot."""
