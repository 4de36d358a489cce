"""The gate before the irrevocable: whether what was posted for a month fits together."""
