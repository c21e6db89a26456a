"""What many pages are made of: forms, lessons and marks in words, days as tiles and months, lines of time."""
