"""The book as a whole: its context, rules and checks, its identity, its correction."""
