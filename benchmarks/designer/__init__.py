"""How long a person takes to design a form in the browser, and how well pages that nobody looked at are cut by it."""
