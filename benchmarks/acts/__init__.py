"""Acts in running text: are those of a page found, and do printed words narrow the place of each field?"""
