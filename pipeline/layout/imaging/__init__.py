"""Everything that touches pixels. OpenCV is used here and nowhere else in the reading of pages.

``geometry`` resamples pictures and sets pages upright, level and flat; ``ink`` tells ink from paper and takes connected
components apart; ``ruling`` finds the printed lines of a form: rules, grids and dot leaders. The modules beside them
speak of a whole page. All functions take and return plain arrays and values of ``pipeline.base.model``; none keeps
state.
"""

import cv2

# one process a core reads pages: threads of OpenCV's own would only wait for one another
cv2.setNumThreads(1)
