"""From the pixels of a page to its field regions and text lines."""
