"""The paper's claims on one dataset, each with figures, intervals and what chance alone would give: one report."""
