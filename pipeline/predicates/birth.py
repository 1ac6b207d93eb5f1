"""Births (B): the child and its parents."""
