"""A plan as a workbook: pages for people first, then the tables of the result for programs."""
