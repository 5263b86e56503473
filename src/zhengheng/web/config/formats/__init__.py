"""How Django writes what a template gives no form of its own."""
