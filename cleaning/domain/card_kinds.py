"""Why a card was shown: what ``Decision.card`` says."""

SUSPICIOUS = "suspicious"  # it came in the queue's order
AUDIT = "audit"  # it was drawn at random
GRID = "grid"  # decided in the grid, many together
ADJUDICATION = "adjudication"  # it settles what reviewers contested
REPEAT = "repeat"  # it came back to who had decided it, unmarked, to see whether they decide alike
CONTROL = "control"  # it was settled before, and came, unmarked, to somebody who had not met it
CONFIRMATION = "confirmation"  # it came back, unmarked, so that a judgement counts only if confirmed

MEASURING = (REPEAT, CONTROL)  # these say how a reviewer decides; as votes on the sample they never count
RETURNING = (*MEASURING, CONFIRMATION)
MAYBE_RANDOM = (AUDIT, GRID)  # what may have come up as a card drawn at random
