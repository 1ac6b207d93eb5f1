"""Values that the registry takes and gives back, by subject. Nothing here touches a database."""
