"""What leaves the house: packages, papers, the comparison with other software, imported workbooks."""
