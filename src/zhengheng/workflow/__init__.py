"""Procedure as pure data and functions: clocks, working days. Standard library only."""
