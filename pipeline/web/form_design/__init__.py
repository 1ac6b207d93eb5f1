"""The form designer in the browser: drafts with their pages, and the office's own forms."""
