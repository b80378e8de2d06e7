"""Rushes inside DaVinci Resolve: actions for the Scripts menu and one panel.

Standard library only, Python 3.10 to 3.14.
"""
