"""The web application where people review: pages, pictures, accounts at work. FastAPI lives here."""
