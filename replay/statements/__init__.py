"""What is printed: figures on pages, and how they are asked for."""
