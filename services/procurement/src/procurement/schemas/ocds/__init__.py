"""The shapes of the Open Contracting Data Standard 1.1, with its names: what leaves and enters as open data."""
