"""Text messages: one POST to the gateway that the house has set."""

import aiohttp
import structlog

from server.settings import Settings

log = structlog.get_logger()

PATIENCE = aiohttp.ClientTimeout(total=10)  # seconds; somebody waits at the page


async def send(settings: Settings, telephone: str, text: str) -> bool:
    """Whether the gateway took the message (any 2xx). Redirects are not followed: the token is for one address."""
    headers = {"Authorization": f"Bearer {settings.sms_token}"}
    message = {"to": telephone, "from": settings.sms_from, "text": text}
    try:
        async with (
            aiohttp.ClientSession(timeout=PATIENCE, headers=headers) as session,
            session.post(settings.sms_url, json=message, allow_redirects=False) as answer,
        ):
            taken = answer.ok and answer.status < 300
    except (aiohttp.ClientError, TimeoutError) as trouble:
        log.warning("sms_gateway_away", kind=type(trouble).__name__)
        return False
    if not taken:
        log.warning("sms_gateway_refused", status=answer.status)
    return taken
