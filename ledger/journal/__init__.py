"""What events mean: the accounts, the legs that move them, and their totals."""
