"""Demonstrations of the office: everything through the acts that its people would do, at the days they did."""
