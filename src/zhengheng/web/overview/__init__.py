"""What people see of results: who is on track and who needs help, why, and how each number came about."""
