"""The context that a whole book gives its single values: its order, its place, and repetitions on other pages."""
