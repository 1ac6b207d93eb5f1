"""What the pages of supervisors show of books."""
