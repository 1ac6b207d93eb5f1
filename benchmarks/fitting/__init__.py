"""Programs that fit the models which are not trained, and write their cards."""
