"""What fits over cycles answer: retention, cycles to a threshold, growth."""
