"""What is lived and what stays of it: the live room, its door, the day book, the funder's totals."""
