"""Many deals at one date, on one worker or many."""
