"""From an image of a line to hypotheses with a calibrated probability."""
