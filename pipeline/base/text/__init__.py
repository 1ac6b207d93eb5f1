"""The Vietnamese language: letters and tones, syllables, numbers, dates in words, word lists, fonts of before Unicode.

Nothing here knows a ledger, a form or a kind of value.
"""
