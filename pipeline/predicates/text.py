"""Lists and text (L): names, abbreviations, contradictions between words."""
