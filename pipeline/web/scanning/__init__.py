"""Views of the pages for scanning staff: books and covers, intake, progress."""
