"""A month of single loans that fits the published sums; it is calibrated, not published."""
