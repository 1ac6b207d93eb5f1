"""Who may log in, as what, and whose books they may see. Argon2 lives here."""
