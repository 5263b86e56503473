"""Reminders 提醒: how many tasks wait for a person, brought to where he asked for it, and nothing else."""
