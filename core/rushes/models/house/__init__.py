"""The house model: a small diffusion pipeline of our own, its inputs and its vocabulary.

Importing this package is cheap; `pipeline` imports torch, the other modules need NumPy only.
"""
