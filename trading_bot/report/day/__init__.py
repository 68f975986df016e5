"""What a day was: read from the journal, added up, judged, and laid out as tables."""
