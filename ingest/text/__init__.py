"""Text as it is found, and the forms it is compared in."""
