"""The roll-out ramp: how much of an account may be traded, by what was traded without an accident before."""
