"""Acts in running text: are the acts of a page separated, and do printed words narrow each field's place?"""
