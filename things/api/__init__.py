"""Resources about things and clicks."""
