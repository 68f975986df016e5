"""What is done with a journal's file: copied, checked, kept within bounds."""
