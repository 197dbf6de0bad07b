"""Pictures as plain values, and the same as files for slides."""
