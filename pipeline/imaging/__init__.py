"""Everything that touches pixels: straightening, light, colour, rules, leaders, ink, crops. OpenCV lives here.

All functions take and return plain arrays and values of ``pipeline.model``; none keeps state.
"""

import cv2

# one process a core reads pages: threads of OpenCV's own would only wait for one another
cv2.setNumThreads(1)
