"""How the doors of the program are tried: by people, web pages, sheets of paper, files and slow clients."""
