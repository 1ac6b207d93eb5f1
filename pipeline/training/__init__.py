"""Train the readers of handwriting (``hotich train``): drawn and real lines, network, loop, export.

The order of a training: lines (:mod:`synthetic_lines`, :mod:`dataset`) become batches (:mod:`augmentation`,
:mod:`batches`), the loop (:mod:`loop`) fits a network (:mod:`network`), and the result is written with its card
(:mod:`export`, :mod:`quantize`, :mod:`provenance`). :mod:`train` runs all of it. Only this room needs torch
(``pip install hotich[train]``); reading never does.
"""
