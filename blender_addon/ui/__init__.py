"""Panels, lists and menus. Drawing only: what they show was worked out before."""
