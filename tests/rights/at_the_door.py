"""The addresses that take something from whoever is not signed in, each by what opens it."""

AT_THE_DOOR = {
    "POST /l/{token}": "signs in whoever has the link",
    "POST /g/{token}": "lets in whoever has the link of a visitor",
    "POST /ask/{token}": "whoever is asked to lead a lesson",
    "POST /code": "signs in whoever has the digits",
    "POST /sign-in/staff": "signs in whoever has password and code",
    "POST /sign-in/passkey": "signs in whoever has the passkey",
    "POST /sign-in/passkey/question": "a question to any passkey",
    "POST /enrol/{token}": "whoever has the invitation",
    "POST /enrol/{token}/passkey": "whoever has the invitation",
    "POST /enrol/{token}/passkey/question": "whoever has the invitation",
    "POST /switch": "whoever is signed in on this device",
    "POST /hooks/{server}/conference": "a Jitsi with its proof",
    "GET /hooks/{server}/conference/{room}": "a Jitsi with its proof",
    "DELETE /hooks/{server}/conference/{room}": "a Jitsi with its proof",
    "POST /hooks/{server}{path}": "a video server with its proof",
    "GET /hooks/{server}{path}": "a video server with its proof",
    "DELETE /hooks/{server}{path}": "a video server with its proof",
}
"""Open to strangers by their nature; tests/server/auth and test_tokens.py try them with everything wrong."""
