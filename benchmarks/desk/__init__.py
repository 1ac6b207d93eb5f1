"""The reviewers' desk: waiting times, costs, keystrokes, what leaves it wrong."""
