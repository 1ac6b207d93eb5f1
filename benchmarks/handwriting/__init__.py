"""Handwriting on real lines, on drawn books and on real lines pasted into drawn forms."""
