"""On which pages clicks come in, as far as browsers say: counted, without who clicked."""
