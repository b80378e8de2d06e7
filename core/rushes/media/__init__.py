"""Pictures, video, EXR, time: the lowest layer that knows NumPy. Import the modules by name."""
