"""The Vietnamese language: letters and tones, syllables, numbers, dates in words, word lists, legacy fonts.

Nothing here knows a ledger, a form or a kind of value.
"""
