"""Rulebooks 考核方案: drafted, checked, consulted on, decided, in force; questions about them; next year's wishes."""
