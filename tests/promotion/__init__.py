"""How often promotion errs: on made-up markets in which it is known whether there is an edge."""
