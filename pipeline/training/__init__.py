"""Train the readers of handwriting (``hotich train``): drawn and real lines, network, loop, export.

In order: lines (:mod:`synthetic_lines`, :mod:`dataset`) become batches (:mod:`augmentation`, :mod:`batches`), the loop
(:mod:`loop`) fits a network (:mod:`network`), and the result is written with its card (:mod:`export`, :mod:`quantize`,
:mod:`provenance`). :mod:`train` runs all steps. Only this room needs torch (``pip install hotich[train]``); reading
does not.
"""
