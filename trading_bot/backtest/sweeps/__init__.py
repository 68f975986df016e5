"""Parameter sweeps: many sets of numbers for one strategy under the policy of the next open.

Where the strategy has a compiled form, a set costs a fraction of a millisecond; its trades are those of the
engine. Everything else runs through the engine itself, and the result says so.
"""
