"""Prints a statement: as the trustee's text, and as plain tables for a terminal."""
