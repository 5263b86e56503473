"""Samples drawn by lot from what was reported: the office's site checks, the external auditor's work."""
