"""Three engines, one meaning: DuckDB in process, Spark on a cluster, the oracle in plain Python."""
