"""What people decided on an office's books, as something to learn from: lines of ink with their confirmed texts."""
