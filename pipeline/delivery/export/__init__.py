"""The package that the Ministry takes: workbook, copies of the entries, check before the upload, manifest."""
