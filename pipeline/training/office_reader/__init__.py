"""Learning from an office's decisions: lines of ink with confirmed texts, the office's own reader, and its gate."""
