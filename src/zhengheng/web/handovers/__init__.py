"""Handing a post over: what is open, who follows, and the rights that move."""
