"""The office for programs: what a page can do, the API can do, by the same services and rights."""
