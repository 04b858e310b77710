"""Worker: a selection becomes a file list in object storage."""
