"""Rules and checks: how many injected errors they catch, and how fast they are."""
