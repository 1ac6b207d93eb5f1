"""What other systems read, and the events that they are sent."""
