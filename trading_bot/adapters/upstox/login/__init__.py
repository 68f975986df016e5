"""The morning's login, and the token that it brings."""
