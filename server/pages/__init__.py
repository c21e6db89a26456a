"""The pages, by who stands before them."""
