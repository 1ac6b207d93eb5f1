"""Workbooks that an office typed before: brought beside the scans of its books, as decided or as a first keyed value.

Nothing is brought without its paper: a row belongs to an entry that a scan shows. What the registry holds already is
never overwritten; where a row says otherwise, people are asked. An import can be taken back as one act.
"""
