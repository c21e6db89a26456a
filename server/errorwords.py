"""The words of every way to say no: error code -> English source; what happened, and what to do."""

from typing import Final

ERRORS: Final = {
    "not_found": "This page is not here. Check the address, or go to your own page.",
    "sign_in_first": "Sign in first. Open your own link.",
    "not_yours_to_do": "You cannot do this. Ask the coordinator.",
    "database_away": "The house cannot save right now. Nothing is lost. Try again in a minute.",
    "database_read_only": "The house cannot save right now. Call the house.",
    "disk_full": "The house has no room left to save. Call the house.",
    "house_restarts": "The house restarts. This page comes back by itself.",
    "broken": "Something broke in the house. Try again, or call.",
    "already_there": "This is there already.",
    "slow_down": "Too many clicks. Wait {seconds} seconds and try again.",
    "too_early": "The door is not open yet. Come back a little later.",
    "lesson_over": "This lesson is over.",
    "lesson_cancelled": "This lesson is cancelled. You do not have to come.",
    "lesson_on_site": "This day is on site. There is no video room.",
    "lesson_not_running": "The lesson has not begun. Open it first.",
    "lesson_not_over": "The lesson is not over yet. Come back after it.",
    "paused_already": "The break is on already.",
    "not_paused": "There is no break now.",
    "room_full": "The room is full: {places} people. Call the house.",
    "register_signed": "This register is signed. Open it again first.",
    "reason_missing": "Write a reason, in a few words.",
    "backwards": "The end comes before the beginning. Check the times.",
    "bad_choice": "Choose one of the list.",
    "bad_message": "This cannot be sent. Make it shorter and try again.",
    "bad_id": "This cannot be sent. Load the page again.",
    "bad_time": "Write the time with its time zone, like 2026-03-10T10:00:00+02:00.",
    "provider_not_set": "This video room is not set up. Call the house.",
}
"""Each room adds its own codes here; a test walks the sources and finds a code without words."""
