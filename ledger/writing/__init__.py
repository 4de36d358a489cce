"""From what a servicer hands in to a receipt or a refusal."""
