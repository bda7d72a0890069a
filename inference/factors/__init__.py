"""Numbers that depend on conditions: dose and response, factorial designs."""
