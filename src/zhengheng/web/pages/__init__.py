"""What all pages share: the frame, both languages, the home page, errors in words."""
