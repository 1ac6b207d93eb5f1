"""Access control and the surroundings of every request: access table, logins, limits, headers, error pages."""
