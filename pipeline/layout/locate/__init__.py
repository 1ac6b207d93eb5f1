"""From printed words to where each blank of a form is on the page. Plain geometry: no pixels, no engines."""
