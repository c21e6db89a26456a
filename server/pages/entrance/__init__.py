"""How people come in: the personal link, digits, passkeys, invitations, and the devices they come with."""
