"""Benchmarks, in folders by subject.

A module ``bench_NAME`` is a program: ``make bench-NAME``, or ``python -m benchmarks.FOLDER.bench_NAME`` with options.
It prints a table and, as its last line, its figures as JSON; ``bench-out/NAME.json`` holds the same with the machine,
the day and the revision (:mod:`benchmarks.figures`). The programs ``fitting.fit_*`` fit models that are not trained.

Books are drawn afresh, with seeds that no sample and no test uses.
"""
