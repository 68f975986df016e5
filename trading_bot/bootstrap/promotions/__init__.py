"""Promotion: the written verdict on strategies, and whether those that are enabled have one that holds."""
