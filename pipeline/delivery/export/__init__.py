"""The package for the Ministry: workbook, copies of the entries, check before the upload, manifest."""
