"""What every table holds. Imports nothing else of this project."""
