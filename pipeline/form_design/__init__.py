"""Forms designed by an office: proposals from specimen pages, and designs that become files of ``schemas/forms``.

From one to ten pages of a book, ``proposal`` finds their common print: frame, rules, labels, leaders, columns and rows
of a table. A person corrects the design (``design``); the saved file is the TOML of declared forms (``form_toml``),
checked by their loader (``flaws``).
"""
