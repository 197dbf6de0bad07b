"""What the site needs besides its pages: pages made from code, formulas, and the commands that pages show."""
