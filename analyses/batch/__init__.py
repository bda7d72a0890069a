"""Many data sets, each asked the same: fitted by worker processes, kept as they come."""
