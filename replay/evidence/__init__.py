"""What an auditor takes away and checks again: bundles, checkpoints, verification."""
