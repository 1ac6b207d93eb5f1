"""Forms that an office designs itself: what a specimen page proposes, and a design that is a file of ``schemas/forms``.

From one to ten pages of a book the print that they share is found (``proposal``): frame, rules, labels, leaders, the
columns and rows of a table. A person corrects the design (``design``); what is saved is the very TOML of the declared
forms (``form_toml``), checked by their own loader (``flaws``).
"""
