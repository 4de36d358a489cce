"""The log of a deal sealed into Parquet files."""
