"""Results as text, tables and documents, for every face."""
