"""Overcollateralized floaters with a swap and a carry-over: an example worked out by hand."""
