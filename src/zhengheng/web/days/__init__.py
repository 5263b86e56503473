"""Working days 工作日历: what ships with the release, and later notices that the office loads."""
