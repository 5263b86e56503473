"""What was promised at a meeting, and what became of it at the next."""
