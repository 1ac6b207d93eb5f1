"""Everything that touches pixels. The reading of pages uses OpenCV only here.

``geometry`` resamples pictures and sets pages upright, level and flat; ``ink`` separates ink from paper and splits
connected components; ``ruling`` finds the printed lines of a form: rules, grids and dot leaders. The other modules
describe a whole page. All functions are stateless and take and return plain arrays and values of
``pipeline.base.model``.
"""

import cv2

# one process a core reads pages: OpenCV's own threads would only wait for one another
cv2.setNumThreads(1)
