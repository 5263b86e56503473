"""The public portal: static pages made from published snapshots alone."""
