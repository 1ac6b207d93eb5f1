"""Handwriting synthesis: endless lines with their texts, drawn with fonts in the styles of many writers.

A text (:mod:`texts`, :mod:`numbers_and_dates`) is written in a writer's style (:mod:`writers`: fonts, sizes, habits) as
ink (:mod:`handwriting`, with :mod:`tone_marks` as pen strokes), and the ink is laid on paper as in a scan
(:mod:`lines`). Fonts reserved for tests and calibration are refused (:mod:`fonts`).
"""
