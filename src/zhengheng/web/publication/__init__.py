"""Publishing: what the public sees, after a scan, a secrecy review, a release and an embargo day."""
