"""Real deals shipped with the product, to learn from and to test with."""
