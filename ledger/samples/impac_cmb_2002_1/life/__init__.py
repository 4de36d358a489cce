"""The deal from its closing day to September 2002: seven months, six of them calibrated, not published."""
