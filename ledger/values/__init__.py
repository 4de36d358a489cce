"""What amounts, rates, dates, names and traced figures are."""
