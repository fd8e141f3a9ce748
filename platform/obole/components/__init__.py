"""What the tags of templatetags/components.py are made of."""
