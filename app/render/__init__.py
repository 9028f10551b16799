"""An answer in the forms people and scripts read."""
