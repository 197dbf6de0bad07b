"""Sweeps, comparisons, hedges and claims as what a page says of them: headings, sentences, pictures and tables."""
