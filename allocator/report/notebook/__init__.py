"""Results in a notebook: HTML of every result, and charts."""
