"""How the world reaches the house: commands, pages, sockets and feeds."""
