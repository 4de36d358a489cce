"""Two pools with common subordinates: an example worked out by hand."""
