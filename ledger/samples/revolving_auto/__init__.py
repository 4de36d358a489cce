"""Auto receivables: two months that revolve, and two that pay down after losses have ended it."""
