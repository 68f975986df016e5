"""What a result is worth: performance, luck, overfitting and promotion, as pure functions of arrays."""
