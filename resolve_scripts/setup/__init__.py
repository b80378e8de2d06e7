"""Puts the menu into Resolve's Scripts folders, takes it out again, and looks whether all is well."""
