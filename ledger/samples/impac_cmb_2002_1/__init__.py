"""Impac CMB Trust 2002-1: its terms, its month of September 2002, and the figures its trustee published."""
