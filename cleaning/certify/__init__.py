"""A certificate: at most so many of the labels are wrong after review, with so much confidence, checkable by anybody."""
