"""Import of workbooks that an office typed earlier: their values become decisions or first keyed values.

Every value has its paper: a row belongs to an entry on a scan. An import overwrites nothing in the registry; people are
asked about differences. An import can be undone as a whole.
"""
