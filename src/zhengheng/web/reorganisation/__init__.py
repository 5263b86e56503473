"""Merger, split and renaming of units: asked for, decided, carried out; the rulebooks follow."""
