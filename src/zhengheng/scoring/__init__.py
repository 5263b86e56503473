"""Scoring 计分: contracts of every table, one .sql file per step, the pipeline. Pure text."""
