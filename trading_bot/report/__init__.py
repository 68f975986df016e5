"""A run's journal in, summary, tables, plots and a page out."""
