"""What the fetcher brings, and what a hostile host, name server or page can make it do: nothing."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from collections.abc import Callable
from ipaddress import ip_network

import pytest
from elsewhere import SOMEWHERE, Elsewhere, Page

from things.fetching.fetcher import Fetched, Hop, Limits, fetch, send
from things.fetching.refusals import (
    AddressRefused,
    BadAnswer,
    Downgraded,
    FetchRefused,
    HostUnknown,
    NotPublic,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)

SMALL = Limits(most_bytes=20_000, seconds=5)
SHORT = Limits(most_bytes=20_000, seconds=0.6)
# Above what SHORT allows, far below what a drip would take.
SOON = 3.0


def get(url: str, limits: Limits = SMALL, **headers: str) -> Fetched:
    return fetch(url, accept="text/html", limits=limits, headers=headers)


class TestFetch:
    def test_brings_a_page_and_says_who_asks(self, elsewhere: Elsewhere) -> None:
        elsewhere.publish("https://ben.example/a?b=c", "<p>Grüße")

        page = get("HTTPS://BEN.example:443/x/../a?b=c#d", **{"If-None-Match": '"1"'})

        assert (page.status, page.body.decode(), page.media_type) == (200, "<p>Grüße", "text/html")
        assert page.url == "https://ben.example/a?b=c"
        [asked] = elsewhere.asked
        assert asked.headers == {
            "Host": "ben.example",
            "User-Agent": "Obole/1 (Obole; +http://localhost:8000)",
            "Accept": "text/html",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
            "If-None-Match": '"1"',
        }

    def test_brings_answers_of_any_status(self, elsewhere: Elsewhere) -> None:
        assert get("http://ben.example/").status == 404

    def test_unpacks_gzip_deflate_and_bare_deflate(self, elsewhere: Elsewhere) -> None:
        bare = zlib.compressobj(wbits=-15)
        packed = {
            "gzip": gzip.compress(b"song " * 100, mtime=0) + gzip.compress(b"end", mtime=0),
            "deflate": zlib.compress(b"song " * 100 + b"end"),
            "Deflate": bare.compress(b"song " * 100 + b"end") + bare.flush(),
        }
        for number, (encoding, body) in enumerate(packed.items()):
            page = Page(body, headers={"Content-Encoding": encoding})
            url = elsewhere.publish(f"http://ben.example/{number}", page)

            assert get(url).body == b"song " * 100 + b"end"

    def test_says_which_way_redirects_led(self, elsewhere: Elsewhere) -> None:
        elsewhere.redirect("http://ben.example/old", "/é?x=1#top", 302)
        elsewhere.redirect("http://ben.example/%C3%A9?x=1", "https://www.ben.example/new")
        elsewhere.publish("https://www.ben.example/new", "here")

        page = get("http://ben.example/old")

        assert (page.url, page.body) == ("https://www.ben.example/new", b"here")
        assert page.hops == (
            Hop("http://ben.example/old", 302),
            Hop("http://ben.example/%C3%A9?x=1", 301),
        )

    def test_keeps_no_cookies_and_follows_no_proxy(
        self, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9/")
        page = Page(status=302, headers={"Location": "/b", "Set-Cookie": "a=b"})
        elsewhere.publish("http://ben.example/a", page)
        elsewhere.publish("http://ben.example/b", "here")

        assert get("http://ben.example/a").body == b"here"
        assert not any("Cookie" in asked.headers for asked in elsewhere.asked)
        assert elsewhere.connected == [(SOMEWHERE, 80)] * 2


class TestSend:
    def test_posts_and_follows_nothing(self, elsewhere: Elsewhere) -> None:
        elsewhere.redirect("https://ben.example/hook", "http://127.0.0.1/", 307)

        answer = send("https://ben.example/hook", body=b"{}", headers={"X-Id": "1\r\nHost: eve"})

        assert answer.status == 307
        [asked] = elsewhere.asked
        assert (asked.method, asked.body, asked.headers["Content-Length"]) == ("POST", b"{}", "2")
        assert asked.headers["X-Id"] == "1Host: eve"
        assert asked.headers["Host"] == "ben.example"


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "ftp://ben.example/",
            "file:///etc/passwd",
            "gopher://ben.example:80/",
            "//ben.example/",
            "ben.example",
            "http://ben.example:8080/",
            "http://ben.example:443/",
            "https://ben.example:80/",
            "http://ben.example:22/",
            "http://ben@ben.example/",
            "http://ben:secret@ben.example/",
            "http://ben.example/\r\nHost: eve.example",
            "http://ben.example/a b",
            "http://ben.example%00.eve.example/",
            "http://[fe80::1%25eth0]/",
            "http://[2606:4700::1%1]/",
            "http://0x7f.0.0.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://127.0.0.1.1/",
            "http://①②⑦.0.1/",
            "http://ben.example:0/",
            "http://ben.example:99999/",
            "http:///path",
        ],
    )
    def test_are_refused_before_anything_is_asked(self, elsewhere: Elsewhere, url: str) -> None:
        with pytest.raises(AddressRefused):
            get(url)

        assert elsewhere.resolved == elsewhere.connected == []

    def test_are_read_as_browsers_read_them(self, elsewhere: Elsewhere) -> None:
        get("http:\\\\ben.example\\@eve.example/")

        assert elsewhere.resolved == ["ben.example"]
        assert elsewhere.asked[0].path == "/@eve.example/"

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1",
            "①②⑦.⓪.⓪.①",
            "10.0.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.2.1",
            "224.0.0.1",
            "0.0.0.0",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b::8.8.8.8]",
            "[2002:7f00:1::]",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "[ff02::1]",
            "localhost",
            "localhost.",
            "LOCALHOST",
            "intranet",
        ],
    )
    def test_that_are_not_public_are_not_connected_to(
        self, elsewhere: Elsewhere, host: str
    ) -> None:
        with pytest.raises(NotPublic):
            get(f"http://{host}/")

        assert elsewhere.connected == []

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.1.2.3",
            "169.254.169.254",
            "100.64.0.1",
            "203.0.113.9",
            "239.1.1.1",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::1",
            "2001:db8::1",
            "fe80::1%1",
            "fd12::1",
        ],
    )
    def test_that_a_name_leads_to_are_checked(self, elsewhere: Elsewhere, address: str) -> None:
        elsewhere.names["eve.example"] = [SOMEWHERE, address]
        elsewhere.redirect("https://ben.example/", "https://eve.example/")

        for url in ("https://eve.example/", "https://ben.example/"):
            with pytest.raises(NotPublic):
                get(url)

        assert elsewhere.connected == [(SOMEWHERE, 443)], "to ben.example, and nowhere else"

    def test_of_the_operators_own_are_refused(
        self, elsewhere: Elsewhere, settings: pytest.FixtureRequest
    ) -> None:
        settings.PRIVATE_NETWORKS = [ip_network("93.184.0.0/16")]  # type: ignore[attr-defined]

        with pytest.raises(NotPublic):
            get("http://ben.example/")

    def test_is_the_checked_one_that_is_connected_to(self, elsewhere: Elsewhere) -> None:
        """Rebinding: each further answer of the name server would be loopback."""
        answers = [[SOMEWHERE], ["127.0.0.1"], ["127.0.0.1"]]
        elsewhere.names = _Rebinding(answers)
        elsewhere.publish("https://eve.example/", "here")

        page = get("https://eve.example/")

        assert page.body == b"here"
        assert elsewhere.resolved == ["eve.example"]
        assert elsewhere.connected == [(SOMEWHERE, 443)]

    def test_are_looked_up_and_checked_again_for_each_redirect(self, elsewhere: Elsewhere) -> None:
        elsewhere.names = _Rebinding([[SOMEWHERE], ["127.0.0.1"]])
        elsewhere.redirect("https://eve.example/", "/again")

        with pytest.raises(NotPublic):
            get("https://eve.example/")

        assert elsewhere.connected == [(SOMEWHERE, 443)]

    def test_are_tried_one_after_the_other(
        self, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        elsewhere.names["ben.example"] = ["2606:4700::1111", SOMEWHERE]
        elsewhere.publish("http://ben.example/", "here")
        connect = elsewhere.network.connect

        def only_four(address: object, port: int, seconds: float) -> socket.socket:
            if ":" in str(address):
                raise OSError("no route")
            return connect(address, port, seconds)  # type: ignore[arg-type]

        object.__setattr__(elsewhere.network, "connect", only_four)

        assert get("http://ben.example/").body == b"here"

    def test_without_an_answer_are_named(self, elsewhere: Elsewhere) -> None:
        elsewhere.names["gone.example"] = []

        with pytest.raises(HostUnknown):
            get("http://gone.example/")


class _Rebinding(dict[str, list[str]]):
    def __init__(self, answers: list[list[str]]) -> None:
        self._answers = answers

    def __getitem__(self, host: str) -> list[str]:
        return self._answers.pop(0)

    def __missing__(self, host: str) -> list[str]:
        return []


class TestTls:
    def test_checks_the_name(self, elsewhere: Elsewhere) -> None:
        elsewhere.certified = ("eve.example",)
        elsewhere.publish("https://ben.example/", "here")

        with pytest.raises(Unreachable, match="certificate"):
            get("https://ben.example/")

        assert elsewhere.asked == []

    def test_checks_who_signed(self, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
        from things.fetching.network import trusted

        object.__setattr__(elsewhere.network, "tls", trusted)

        with pytest.raises(Unreachable, match="certificate"):
            get("https://ben.example/")

    def test_of_a_host_that_speaks_none_is_named(self, elsewhere: Elsewhere) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        object.__setattr__(
            elsewhere.network,
            "connect",
            lambda *_: socket.create_connection(listener.getsockname()),
        )
        with pytest.raises(TooSlow):
            get("https://ben.example/", SHORT)
        listener.close()


class TestRedirects:
    def test_do_not_go_round(self, elsewhere: Elsewhere) -> None:
        elsewhere.redirect("http://eve.example/a", "/b")
        elsewhere.redirect("http://eve.example/b", "/a#other")

        with pytest.raises(TooManyRedirects):
            get("http://eve.example/a")

        assert len(elsewhere.asked) == 2

    def test_do_not_go_on_for_ever(self, elsewhere: Elsewhere) -> None:
        for number in range(20):
            elsewhere.redirect(f"http://eve.example/{number}", f"/{number + 1}")

        with pytest.raises(TooManyRedirects):
            get("http://eve.example/0")

        assert len(elsewhere.asked) == 6

    def test_do_not_lead_from_https_to_http(self, elsewhere: Elsewhere) -> None:
        elsewhere.redirect("https://eve.example/", "http://eve.example/")

        with pytest.raises(Downgraded):
            get("https://eve.example/")

    @pytest.mark.parametrize(
        "location",
        [
            "file:///etc/passwd",
            "http://eve.example:22/",
            "http://a:b@eve.example/",
            "ftp://a.b/",
        ],
    )
    def test_lead_to_no_other_kind_of_address(self, elsewhere: Elsewhere, location: str) -> None:
        elsewhere.redirect("http://eve.example/", location)

        with pytest.raises(AddressRefused):
            get("http://eve.example/")


def _saying(*parts: bytes, pause: float = 0, again: int = 1) -> Callable[..., None]:
    def talk(connected: socket.socket, _request: bytes) -> None:
        for part in parts[:-1]:
            connected.sendall(part)
        for _ in range(again):
            connected.sendall(parts[-1])
            time.sleep(pause)

    return talk


OK = b"HTTP/1.1 200 OK\r\n"
ENDLESS = 10_000
HOSTILE = {
    "a body that drips": (_saying(OK, b"\r\n", b"x", pause=0.05, again=400), TooSlow),
    "a head that drips": (_saying(OK, b"X: y\r\n", pause=0.05, again=400), TooSlow),
    "silence": (_saying(b"", pause=20), TooSlow),
    "a promise that is not kept": (
        _saying(OK, b"Content-Length: 100\r\n\r\n", b"x", pause=20),
        TooSlow,
    ),
    "a body without end": (_saying(OK, b"\r\n", b"x" * 4096, again=ENDLESS), TooLarge),
    "chunks without end": (
        _saying(OK, b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 500, again=ENDLESS),
        TooLarge,
    ),
    "empty packs without end": (
        _saying(
            OK, b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"", mtime=0) * 99, again=ENDLESS
        ),
        TooLarge,
    ),
    "a head without end": (_saying(OK, b"X: y\r\n" * 500, again=ENDLESS), BadAnswer),
    "one line without end": (_saying(OK, b"X: ", b"y" * 4096, again=ENDLESS), BadAnswer),
    "continuing without end": (
        _saying(b"HTTP/1.1 100 Continue\r\n\r\n" * 99, again=ENDLESS),
        TooLarge,
    ),
    "trailers without end": (
        _saying(OK, b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 500, again=ENDLESS),
        BadAnswer,
    ),
    "two lengths": (
        _saying(OK, b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        BadAnswer,
    ),
    "a folded secret": (_saying(b"HTTP/1.1 200\nOK\r\n\r\n"), FetchRefused),
    "no HTTP": (_saying(b"220 mail.example ESMTP\r\n"), BadAnswer),
    "nothing": (_saying(b""), BadAnswer),
    "half a body": (_saying(OK, b"Content-Length: 9\r\n\r\nhalf"), BadAnswer),
    "another protocol": (
        _saying(b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
        BadAnswer,
    ),
}


class TestHostileHosts:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_end_in_a_refusal_soon(self, elsewhere: Elsewhere, name: str) -> None:
        talk, refusal = HOSTILE[name]
        elsewhere.publish("http://eve.example/", talk)
        began = time.monotonic()

        with pytest.raises(refusal):
            get("http://eve.example/", SHORT if refusal is TooSlow else SMALL)

        assert time.monotonic() - began < SOON

    def test_have_one_deadline_for_all_redirects(self, elsewhere: Elsewhere) -> None:
        def slowly(connected: socket.socket, request: bytes) -> None:
            time.sleep(0.25)
            number = int(request.split(b" ")[1][1:]) + 1
            head = f"HTTP/1.1 302 Found\r\nLocation: /{number}\r\nContent-Length: 0\r\n\r\n"
            connected.sendall(head.encode())

        for number in range(5):
            elsewhere.publish(f"http://eve.example/{number}", slowly)

        with pytest.raises(TooSlow):
            get("http://eve.example/0", SHORT)

    @pytest.mark.parametrize("encoding", ["gzip", "deflate"])
    def test_do_not_blow_anything_up(self, elsewhere: Elsewhere, encoding: str) -> None:
        packer = zlib.compressobj(9, wbits=31 if encoding == "gzip" else 15)
        bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
        page = Page(bomb[:60_000], headers={"Content-Encoding": encoding})
        elsewhere.publish("http://eve.example/", page)

        with pytest.raises(TooLarge):
            get("http://eve.example/")

    @pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br"])
    def test_send_nothing_packed_that_was_not_asked_for(
        self, elsewhere: Elsewhere, encoding: str
    ) -> None:
        # 1 GB of zeros in brotli.
        bomb = b"\xcf\xff\xff\x7f\xf8\x27\x00\xe2\xb1\x40\x20\xf7\xfe\x07"
        page = Page(bomb, headers={"Content-Encoding": encoding})
        elsewhere.publish("http://eve.example/", page)

        with pytest.raises(BadAnswer):
            get("http://eve.example/")

    @pytest.mark.parametrize("body", [b"\x1f\x8bnot gzip", gzip.compress(b"cut off", mtime=0)[:-9]])
    def test_cannot_break_the_unpacking(self, elsewhere: Elsewhere, body: bytes) -> None:
        page = Page(body, headers={"Content-Encoding": "gzip"})
        elsewhere.publish("http://eve.example/", page)

        with pytest.raises(BadAnswer):
            get("http://eve.example/")

    def test_cannot_close_early_on_a_message(self, elsewhere: Elsewhere) -> None:
        elsewhere.publish("http://eve.example/", lambda connected, _: connected.close())

        with pytest.raises(FetchRefused):
            send("http://eve.example/", body=b"x" * 1_000_000, headers={})
