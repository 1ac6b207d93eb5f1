"""Review tasks at the desk: leases, keying, consensus, decisions, columns, undo, reopening."""
