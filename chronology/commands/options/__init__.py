"""What commands take: shared options, filters, and names as people type them. Prints no answer."""
