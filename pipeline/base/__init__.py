"""Foundations of every room: shared values, exceptions, files, text, the log, the clock, charts."""
