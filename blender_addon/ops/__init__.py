"""Operators: a few lines around snapshot, plan, submit and apply."""
