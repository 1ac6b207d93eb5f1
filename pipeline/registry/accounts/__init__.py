"""Accounts of people: sessions, passwords, duties, sign-ins, permissions."""
