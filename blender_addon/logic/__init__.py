"""What the add-on decides, on plain data. No bpy, no numpy: tested without Blender."""
