"""From the office to the lake: what was agreed, reported and decided enters as files like any other source."""
