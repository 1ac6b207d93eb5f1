"""The form designer in the browser: page drafts, and the forms of the office."""
