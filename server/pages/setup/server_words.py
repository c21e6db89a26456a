"""What the fields of each kind of video server are called, and what stands under them: by kind, by field."""

from collections.abc import Mapping
from typing import Final

from server.words import phrase

ABOUT: Final[Mapping[str, str]] = {
    "jitsi": phrase("A Jitsi Meet that takes signed tokens: your own, or the one of your town."),
    "bigbluebutton": phrase("A BigBlueButton, or what stands before several of them."),
    "livekit": phrase("A LiveKit server with its API key, and the page that shows its rooms."),
    "galene": phrase("A Galene that lets this house make a room for each lesson."),
    "link": phrase("Any other tool: its address beside our own page. It tells nobody who comes."),
}
"""By kind: which server this is."""

LABELS: Final[Mapping[str, str]] = {
    "url": phrase("Address of the server"),
    "app_id": phrase("Application id"),
    "algorithm": phrase("How calls are signed"),
    "front": phrase("Address of the page that shows its rooms"),
    "key": phrase("API key"),
    "secret": phrase("Secret"),
    "domain": phrase("XMPP domain"),
    "key_id": phrase("Id of the key"),
    "admin": phrase("Name of its administrator"),
    "password": phrase("Password"),
}

HINTS: Final[Mapping[tuple[str, str], str]] = {
    ("jitsi", "url"): phrase("As it stands in the browser before the name of a room."),
    ("jitsi", "app_id"): phrase("It stands in the server's settings as app_id."),
    ("jitsi", "secret"): phrase("It stands in the server's settings as app_secret. At 8x8: the private key, as PEM."),
    ("jitsi", "domain"): phrase("Only if it is not the host of the address."),
    ("bigbluebutton", "url"): phrase("As `bbb-conf --secret` shows it."),
    ("bigbluebutton", "secret"): phrase("As `bbb-conf --secret` shows it."),
    ("bigbluebutton", "algorithm"): phrase("sha256 fits every server of today; sha1 an old one."),
    ("livekit", "front"): phrase("In a LiveKit Meet the page /custom. LiveKit itself has no page for people."),
    ("livekit", "key"): phrase("It stands in livekit.yaml under keys, before its secret."),
    ("galene", "url"): phrase("As it stands in the browser before /group/."),
    ("galene", "admin"): phrase("A user with the permission admin. It stands in the server's data/config.json."),
    ("galene", "secret"): phrase("Make up a long one. The house puts it into each room by itself."),
    ("link", "url"): phrase("One for all lessons. Write {lesson} in it if each lesson has its own room."),
    ("jitsi", "key_id"): phrase("Only at 8x8: under which your public key is kept there."),
}
