"""The Studio panel."""
