"""deploy/nginx.conf as it is written, before two workers: TLS, sockets, a worker killed, all of them renewed."""

import asyncio
import io
import os
import signal
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
import socketio

from server.demo.classmates import press_the_button
from server.tls import self_signed
from tests.faults.houses import House
from tests.faults.school import School, build
from tests.programs import Postgres, free_port, program, wait_until

pytestmark = pytest.mark.asyncio(loop_scope="module")
WRITTEN = Path(__file__).resolve().parent.parent.parent / "deploy" / "nginx.conf"
AROUND = """daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/oppitupa.conf;
}}
"""


@dataclass
class Front:
    """The house behind nginx."""

    house: House
    port: int
    plain: int
    trust: ssl.SSLContext

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def session(self) -> aiohttp.ClientSession:
        """A browser that knows the certificate."""
        connector = aiohttp.TCPConnector(ssl=self.trust, force_close=True)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def socket(self, person: str) -> socketio.AsyncClient:
        """Sign a learner in through nginx, and open her socket through it."""
        session = self.session()
        await press_the_button(session, self.url + self.house.school.links[person])
        client = socketio.AsyncClient(http_session=session, reconnection=False)
        await client.connect(self.url, transports=["websocket"], wait_timeout=10)
        return client


def substituted(text: str, changes: dict[str, tuple[str, int]]) -> str:
    """The file with the five things that its head names put in; each stands exactly as often as it should."""
    head, body = text.split("\n\n", 1)
    for old, (new, times) in changes.items():
        assert body.count(old) == times, (old, body.count(old))
        body = body.replace(old, new)
    return f"{head}\n\n{body}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def front(tmp_path_factory: pytest.TempPathFactory, postgresql: Postgres) -> AsyncIterator[Front]:
    """Two workers on PostgreSQL behind nginx; what befalls them comes in the order of the tests."""
    tmp_path = tmp_path_factory.mktemp("front")
    nginx = program("nginx", "nginx (apt install nginx)", "/usr/sbin")
    postgresql.run("DROP DATABASE IF EXISTS fronted WITH (FORCE)")
    postgresql.run("CREATE DATABASE fronted")
    school: School = await build(postgresql.url("fronted"))
    port, plain = free_port(), free_port()
    settings = {"OPPITUPA_URL": f"https://localhost:{port}", "OPPITUPA_TRUSTED_PROXIES": "127.0.0.1"}
    house = House(school, tmp_path / "house", settings, ("--workers", "2"))
    certificate, key = self_signed(["localhost", "127.0.0.1"])
    (tmp_path / "fullchain.pem").write_bytes(certificate)
    (tmp_path / "privkey.pem").write_bytes(key)
    conf = substituted(
        WRITTEN.read_text(encoding="utf-8"),
        {
            "class.example.org": ("localhost", 2), "/etc/ssl/oppitupa": (str(tmp_path), 2),
            "listen 443 ssl": (f"listen 127.0.0.1:{port} ssl", 1),
            "listen [::]:443 ssl": (f"listen [::1]:{port} ssl", 1),
            "listen 80": (f"listen 127.0.0.1:{plain}", 1), "listen [::]:80": (f"listen [::1]:{plain}", 1),
            "127.0.0.1:8080": (f"127.0.0.1:{house.port}", 2),
        },
    )  # fmt: skip
    (tmp_path / "oppitupa.conf").write_text(conf, encoding="utf-8")
    user = (
        "user root;" if os.geteuid() == 0 else ""
    )  # its workers write large forms below pytest's folder, which is ours
    (tmp_path / "nginx.conf").write_text(AROUND.format(folder=tmp_path, user=user), encoding="utf-8")
    await house.start()
    proxy = subprocess.Popen([nginx, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")])
    wait_until((tmp_path / "nginx.pid").exists, "nginx")
    yield Front(house, port, plain, ssl.create_default_context(cadata=certificate.decode()))
    proxy.terminate()
    proxy.wait(10)
    await house.stop()


async def test_nginx_as_written_when_somebody_signs_in_then_all_of_it_goes_through(front: Front) -> None:
    learner = front.house.school.learners[0]
    async with front.session() as session:
        plain = f"http://localhost:{front.plain}/x"
        async with session.get(plain, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/x")
        async with session.get(front.url + "/health/ready") as answer:
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        async with session.post(front.url + "/l/x", data=io.BytesIO(bytes(25_200_000))) as answer:
            assert answer.status == 413
    client = await front.socket(learner)
    cookies = [morsel.key for morsel in client.eio.http.cookie_jar]
    assert f"__Host-oppitupa-{front.port}" in cookies
    answer = await client.call("enter", {"lesson": front.house.school.lesson, "media": False}, timeout=10)
    assert answer["lesson"] == front.house.school.lesson
    await client.disconnect()
    await client.eio.http.close()


async def test_nginx_when_a_browser_forges_headers_then_the_proxys_own_word_counts(front: Front) -> None:
    async with front.session() as session:
        forged = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "http", "Forwarded": "for=127.0.0.1"}
        async with session.get(front.url + "/health/live", headers=forged) as answer:
            assert "Strict-Transport-Security" in answer.headers


async def go_through(front: Front, harm: Callable[[], Awaitable[None]]) -> list[int]:
    """Ask through nginx all the while, and at least twenty times; which answers were none."""
    bad: list[int] = []
    count = 0
    done = asyncio.Event()

    async def ask() -> None:
        nonlocal count
        async with front.session() as session:
            while not done.is_set():
                try:
                    async with session.get(f"{front.url}/", allow_redirects=False) as answer:
                        await answer.read()
                        count += 1
                        if answer.status not in (200, 303):
                            bad.append(answer.status)
                except aiohttp.ClientError:
                    bad.append(0)
                await asyncio.sleep(0.1)

    asking = [asyncio.create_task(ask()) for _ in range(4)]
    await harm()
    async with asyncio.timeout(30):
        while count < 20:
            await asyncio.sleep(0.1)
    done.set()
    await asyncio.gather(*asking)
    return bad


async def test_worker_killed_behind_nginx_then_the_others_go_on(front: Front) -> None:
    clients = [await front.socket(person) for person in front.house.school.learners]

    async def kill() -> None:
        await asyncio.sleep(0.5)
        answering = front.house.answering
        os.kill(front.house.workers()[0], signal.SIGKILL)
        async with asyncio.timeout(60):
            while front.house.answering == answering:
                await asyncio.sleep(0.1)

    assert await go_through(front, kill) == [], "a question whose worker died is asked once more"
    again = await front.socket(front.house.school.stranger)
    for client in (*clients, again):
        await client.disconnect()
        await client.eio.http.close()


async def test_rolling_restart_behind_nginx_then_no_request_fails_and_sockets_come_back(front: Front) -> None:
    before = set(front.house.workers())

    async def renew() -> None:
        front.house.signal(signal.SIGHUP)
        end = time.monotonic() + 60
        while set(front.house.workers()) & before or len(front.house.workers()) != 2:
            assert time.monotonic() < end, "the workers were not renewed"
            await asyncio.sleep(0.1)

    assert await go_through(front, renew) == []
    client = await front.socket(front.house.school.learners[0])
    await client.disconnect()
    await client.eio.http.close()
    assert front.house.traces() == []


def runs(process: int) -> bool:
    """Whether it is there and not only waiting for somebody to ask how it ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_leader_killed_then_its_workers_end_too_and_the_house_starts_again_in_its_place(front: Front) -> None:
    workers = front.house.workers()
    front.house.kill()
    await asyncio.wait_for(front.house.process.wait(), 10)  # type: ignore[union-attr]
    async with asyncio.timeout(20):
        while any(map(runs, workers)):
            await asyncio.sleep(0.1)
    await front.house.start()
    client = await front.socket(front.house.school.learners[0])
    await client.disconnect()
    await client.eio.http.close()
    assert front.house.traces() == []
