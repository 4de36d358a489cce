"""Notes on a reference pool: four months of credit events, a recovery, and tests that fail, paid by the issuer."""
