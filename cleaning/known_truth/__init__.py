"""For research only: what is found, held against a truth that people established elsewhere.

Nothing that scores, flags, estimates or exports may import from here; this room looks at their outcome alone.
"""
