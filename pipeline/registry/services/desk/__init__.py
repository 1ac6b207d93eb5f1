"""The reviewers' desk: who works on what, until when, and when enough people have said the same."""
