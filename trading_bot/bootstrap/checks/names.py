"""The lines that a broker is asked for, by name: known without everything that asks."""

CLOCK_OFFSET = "clock offset"
WITH_TOKEN = ("profile", "permissions", "funds", "static address", "egress address", "market today", "feed")
WITHOUT_TOKEN = (CLOCK_OFFSET, "instruments", "eligibility")
NAMES = ("app", "token", *WITH_TOKEN, *WITHOUT_TOKEN)
