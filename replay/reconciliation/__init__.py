"""A published statement tied out against a replayed one."""
