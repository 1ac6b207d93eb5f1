"""What every room needs: the values that travel, exceptions, files, text, the log, the clock, charts."""
