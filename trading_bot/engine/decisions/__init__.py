"""What each kind of input leads to: pure functions of the state and the input."""
