"""Accounts, the roles they hold, signing in and out."""
