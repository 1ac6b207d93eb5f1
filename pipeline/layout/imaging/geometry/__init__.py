"""Geometry of pictures: resampling, skew, the curvature of bound pages, the gutter of an open book."""
