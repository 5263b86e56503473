"""Files handed in as evidence: kept by their digest, never served as pages."""
