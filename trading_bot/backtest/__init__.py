"""History through the same engine: no trading rule lives here."""
