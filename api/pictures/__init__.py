"""Pictures of what the index says. Their libraries take a second to load: import these modules where one is drawn."""
