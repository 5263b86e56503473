"""Units with their dates: what is assessed, and what stands above it."""
