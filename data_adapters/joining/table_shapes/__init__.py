"""Tables whose rows or columns are not one a sample and one a meaning, turned into such."""
