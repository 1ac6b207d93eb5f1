"""Kinds of value, the questions that rules ask of values, places, and values that follow from others."""
