"""`rushes`: the command line. Only typer is imported before a command runs."""
