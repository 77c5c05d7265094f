"""What reviews say of a given label, as a number: what the estimators count."""

RIGHT, WRONG, UNSURE = 0.0, 1.0, 2.0
