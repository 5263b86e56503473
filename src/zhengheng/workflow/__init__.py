"""Who may do what, when, and what follows: states, permissions and deadlines as pure code."""
