"""How right, how fast: pages, boxes, printed values, dates in words, places."""
