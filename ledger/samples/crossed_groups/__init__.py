"""Two groups that stand in for each other: an example worked out by hand."""
