"""bpy in and out: the scene as plain data, and plans applied to it."""
