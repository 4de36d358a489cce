"""Whether what is stored is still what was posted, and what follows from it."""
