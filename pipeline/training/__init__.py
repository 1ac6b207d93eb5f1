"""Training the readers of handwriting (``hotich train``): drawn and real lines, network, loop, export.

The only room that needs torch (``pip install hotich[train]``); reading never does.
"""
