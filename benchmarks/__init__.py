"""What measures. Each module is run as ``python -m benchmarks.NAME`` (``make bench-NAME``); its last line is JSON.

Books are drawn afresh, with seeds that no sample and no test uses.
"""
