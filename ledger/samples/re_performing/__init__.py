"""Re-performing loans: four months with a capitalisation, a deferral, and the loss of what was deferred."""
