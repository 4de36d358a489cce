"""The log of a deal in SQLite or PostgreSQL: the only home of SQL."""
