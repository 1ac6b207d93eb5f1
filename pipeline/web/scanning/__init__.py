"""What the pages of the scanning staff show: books and their covers, scans, runs, telephones."""
