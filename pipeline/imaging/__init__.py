"""Everything that touches pixels: straightening, light, colour, rules, leaders, ink, crops. OpenCV lives here.

All functions take and return plain arrays and values of ``pipeline.model``; none keeps state.
"""
