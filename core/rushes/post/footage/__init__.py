"""Filters for footage: pictures without geometry behind them, from anyone's camera."""
