"""Printed lines of a form: solid rules, the grid of a table, and dot leaders."""
