"""The course of the day: its moments, its pace, its rules, and what is listed."""
