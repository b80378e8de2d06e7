"""What the Scripts menu starts."""
