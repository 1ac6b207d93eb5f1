"""Kinds of value, predicates for rules over values, places, and values derived from other values."""
