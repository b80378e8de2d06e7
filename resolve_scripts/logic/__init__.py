"""What is worked out without Resolve: plans from plain data to plain data."""
