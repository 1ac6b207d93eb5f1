"""Handwriting synthesis: endless lines with their texts, drawn with fonts as many writers would write them.

A text (:mod:`texts`, :mod:`numbers_and_dates`) is written by a writer (:mod:`writers`: fonts, sizes, habits) as ink
(:mod:`handwriting`, with :mod:`tone_marks` as pen strokes), and the ink is laid on paper as a scan shows it
(:mod:`lines`). Fonts that tests and calibration draw with are refused (:mod:`fonts`).
"""
