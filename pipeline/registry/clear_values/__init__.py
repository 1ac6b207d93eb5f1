"""Values that are clear by decisions on other entries."""
