"""Who may do what, and what surrounds every request: the access table, logins, limits, headers, error pages."""
