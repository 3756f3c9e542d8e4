"""What commands print with: tables, JSON, colours, pagers. The only way by which foreign text reaches a terminal."""
