"""Results: computed runs, who may see them, the public notice."""
