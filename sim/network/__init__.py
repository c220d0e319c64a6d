"""Roads and travel times: graphs and their formats, places, vehicle speeds, road states."""
