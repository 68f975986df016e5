"""The pretend exchange and broker themselves: requests in, their hops, matching, risk desk, books. Pure."""
