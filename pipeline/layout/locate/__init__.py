"""From printed words to the places of a form's blanks on the page: plain geometry, without pixels or engines."""
