"""What entries can be asked for by: names, filters, and the values there are."""
