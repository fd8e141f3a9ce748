"""What pages say of themselves, friendly and hostile ones."""

from __future__ import annotations

import pytest

from things.fetching.fetcher import Fetched
from things.reading.feeds import NotAFeed, TooManyEntries, read_feed
from things.reading.pages import NotAPage, Page, read_page

URL = "https://ben.example/post?utm_source=x"


def answer(body: str | bytes, media_type: str = "text/html", url: str = URL) -> Fetched:
    content = body.encode() if isinstance(body, str) else body
    return Fetched(url, 200, {"content-type": media_type}, content)


def read(body: str | bytes, media_type: str = "text/html") -> Page:
    return read_page(answer(body, media_type))


class TestReadPage:
    def test_prefers_open_graph(self) -> None:
        page = read(
            """<!doctype html><html lang="de-CH"><head>
            <meta property="og:title" content="Tea &amp; milk"><title>Tea - Ben's blog</title>
            <meta property="og:description" content="One.&#10;Two.">
            <meta name="description" content="Other"><meta property="og:type" content="article">
            <meta property="article:tag" content="tea"><meta property="article:tag" content="milk">
            <link rel="canonical" href="/posts/tea#x">
            <link rel="alternate" type="application/rss+xml" href="/feed">
            </head><body>...</body></html>"""
        )

        assert page.title == "Tea & milk"
        assert page.description == "One.\nTwo."
        assert (page.language, page.category, page.tags) == ("de_DE", "text", ("tea", "milk"))
        assert page.url == "https://ben.example/posts/tea"
        assert page.feeds == ("https://ben.example/feed",)

    def test_reads_json_ld(self) -> None:
        page = read(
            """<script type="application/ld+json">not json</script>
            <script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "No"},
            {"@type": ["PodcastEpisode"], "name": "Tea", "description": "<p>Green",
            "inLanguage": "fr", "keywords": "tea, green"}]}</script>"""
        )

        assert (page.title, page.description, page.category) == ("Tea", "Green", "audio")
        assert (page.language, page.tags) == ("fr_FR", ("tea", "green"))

    def test_makes_do_with_a_title(self) -> None:
        page = read("<title> Tea\n  time </title><p>Hello")

        assert (page.title, page.language, page.category) == ("Tea time", "", "")
        assert page.url == "https://ben.example/post"

    @pytest.mark.parametrize(
        ("body", "media_type"),
        [
            ("<title>Thé</title>".encode("latin-1"), "text/html; charset=iso-8859-1"),
            (b'<meta charset="iso-8859-1">' + "<title>Thé".encode("latin-1"), "text/html"),
            ("<title>Thé".encode(), "text/html"),
            ("\ufeff<title>Thé".encode(), "text/html"),
            ("<title>Thé".encode("cp1252"), "text/html; charset=nonsense"),
            ('<?xml version="1.0" encoding="utf-8"?><html><title>Thé</title></html>'.encode(), ""),
        ],
    )
    def test_knows_the_encoding(self, body: bytes, media_type: str) -> None:
        assert read(body, media_type).title == "Thé"

    @pytest.mark.parametrize(
        "head",
        [
            '<link rel="canonical" href="https://eve.example/">',
            '<meta property="og:url" content="https://eve.example/">',
            '<link rel="canonical" href="https://ben.example.eve.example/post">',
            '<link rel="canonical" href="javascript:alert(1)">',
            '<link rel="canonical" href="http://[">',
            '<link rel="canonical" href="">',
        ],
    )
    def test_lets_a_page_speak_for_its_own_site_only(self, head: str) -> None:
        assert read(f"<head>{head}<title>x").url == "https://ben.example/post"

    def test_takes_the_canonical_address_with_or_without_www(self) -> None:
        page = read('<link rel="canonical" href="http://www.ben.example/p">')

        assert page.url == "http://www.ben.example/p"


class TestHostilePages:
    @pytest.mark.parametrize(
        ("written", "shown"),
        [
            ("<script>alert(1)</script>Tea", "Tea"),
            ("&lt;script&gt;alert(1)&lt;/script&gt;Tea", "<script>alert(1)</script>Tea"),
            ("Tea\u202egpj.exe", "Teagpj.exe"),
            ("\u2067Tea\u2069\u200b\ufeff\u200f", "Tea"),
            ("Tea\x00\x07\x1b[31m", "Tea[31m"),
            ("Tea \ud83c\udf75".encode("utf-16", "surrogatepass").decode("utf-16"), "Tea 🍵"),
            ("T" * 5000, "T" * 300),
        ],
    )
    def test_have_plain_titles(self, written: str, shown: str) -> None:
        from accounts.texts import plain_line

        assert read(f"<title>{written}</title>").title in {shown, plain_line(shown, most=300)}

    @pytest.mark.parametrize(
        "body",
        [
            "<div>" * 100_000,
            "<a " + "x=y " * 100_000 + ">",
            "<!--" + "-" * 500_000,
            "&amp;" * 300_000,
            "<title>" + "<b>" * 100_000,
            '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
            '<script type="application/ld+json">{"@type":"Article","name":' + "9" * 9999 + "}",
            '<script type="application/ld+json">{"@type":{"a":1},"@graph":[1,null,[]]}</script>',
            '<script type="application/ld+json">{"@type":"Article","keywords":{"a":[]}}</script>',
            '<!DOCTYPE html [<!ENTITY a "b">]><title>&a;</title>',
            "\0" * 1000,
            "<meta content='" + "<" * 100_000 + "' property=og:title>",
        ],
    )
    def test_are_read_or_refused_soon(self, body: str) -> None:
        try:
            page = read(body)
        except NotAPage:
            return

        assert len(page.title) <= 300
        assert len(page.description) <= 1000

    @pytest.mark.parametrize("media_type", ["image/png", "application/pdf", "text/css"])
    def test_that_are_no_pages_are_refused(self, media_type: str) -> None:
        with pytest.raises(NotAPage):
            read("<title>x", media_type)

    @pytest.mark.parametrize("body", ["", " ", "\n"])
    def test_that_are_empty_are_refused(self, body: str) -> None:
        with pytest.raises(NotAPage):
            read(body)

    def test_that_are_errors_are_refused(self) -> None:
        with pytest.raises(NotAPage, match="404"):
            read_page(Fetched(URL, 404, {}, b"<title>Not found"))


BOMB = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel><title>&b;</title></channel></rss>"""


class TestHostileFeeds:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<rss>",
            b"<rss><channel><title>x</channel></rss>",
            b"<html><body>no feed</body></html>",
            b"<rss version='2.0'/>",
            b"{}",
            b'{"version": "https://jsonfeed.org/version/1.1"}',
            b'{"version": "https://jsonfeed.org/version/1.1", "items": {}}',
            b'{"version": ' + b"[" * 100_000,
            BOMB,
            BOMB.decode().replace("?>", ' encoding="utf-16"?>', 1).encode("utf-16"),
            b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><rss><channel/></rss>',
            b'<!DOCTYPE x [<!ENTITY % e SYSTEM "http://eve.example/">%e;]><rss><channel/></rss>',
            b"<rss><channel><title>&nbsp;</title></channel></rss>",
            b"<a>" * 10_000,
            b"\xff\xfe\x00",
            b"<rss>" + b"\x00" * 100,
        ],
    )
    def test_are_refused(self, body: bytes) -> None:
        with pytest.raises(NotAFeed):
            read_feed(answer(body, "application/rss+xml"))

    @pytest.mark.parametrize("shape", ["rss", "json"])
    def test_with_ten_thousand_entries_are_refused(self, shape: str) -> None:
        if shape == "rss":
            items = "".join(f"<item><link>/{n}</link></item>" for n in range(10_000))
            body = f"<rss><channel>{items}</channel></rss>"
        else:
            items = ",".join(f'{{"id":"{n}","url":"/{n}"}}' for n in range(10_000))
            body = f'{{"version":"https://jsonfeed.org/version/1","items":[{items}]}}'

        with pytest.raises(TooManyEntries):
            read_feed(answer(body, ""))

    def test_have_plain_titles_and_whole_addresses(self) -> None:
        body = """<rss><channel><title>T&#x202e;<![CDATA[<script>x</script>]]></title>
        <item><link>javascript:alert(1)</link></item><item><link>/a</link>
        <title><![CDATA[<img src=x onerror=alert(1)>Tea]]></title></item>
        <item><link>http://[</link></item><item><link>//user@eve.example/</link></item>
        <item><guid>no-link</guid></item></channel></rss>"""

        feed = read_feed(answer(body))

        assert feed.title == "T"
        assert [(entry.url, entry.title) for entry in feed.entries] == [
            ("https://ben.example/a", "Tea"),
            ("https://ben.example/no-link", ""),
        ]


class TestReadFeed:
    def test_reads_rss_with_guids(self) -> None:
        body = """<rss version="2.0"><channel><title>Ben</title><link>https://ben.example</link>
        <language>de-de</language><item><title>Tea</title><link>/tea?utm_source=rss</link>
        <guid isPermaLink="false">tag:1</guid><description>&lt;p&gt;Green&lt;/p&gt;</description>
        <category>tea</category></item><item><guid>https://ben.example/2</guid></item>
        </channel></rss>"""

        feed = read_feed(answer(body))

        assert (feed.title, feed.home, feed.language) == ("Ben", "https://ben.example", "de_DE")
        first, second = feed.entries
        assert (first.guid, first.url) == ("tag:1", "https://ben.example/tea")
        assert (first.title, first.description, first.tags) == ("Tea", "Green", ("tea",))
        assert second.url == second.guid == "https://ben.example/2"

    def test_reads_podcasts(self) -> None:
        body = """<rss version="2.0"><channel><title>Ben's cast</title><item><title>One</title>
        <enclosure url="https://ben.example/1.mp3" type="audio/mpeg" length="1"/>
        <guid isPermaLink="false">one</guid></item></channel></rss>"""

        feed = read_feed(answer(body))

        assert (feed.category, feed.entries[0].url) == ("audio", "https://ben.example/1.mp3")

    def test_reads_rdf(self) -> None:
        body = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://purl.org/rss/1.0/"><channel><title>Ben</title></channel>
        <item rdf:about="x"><title>Tea</title><link>/tea</link></item></rdf:RDF>"""

        assert [entry.title for entry in read_feed(answer(body)).entries] == ["Tea"]

    def test_reads_atom(self) -> None:
        body = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="/blog/">
        <title type="html">Ben &amp;amp; co</title><link rel="self" href="/feed"/>
        <link href="/"/><entry><id>urn:1</id><title>Thé</title><link rel="edit" href="no"/>
        <link rel="alternate" type="text/html" href="the"/><category term="thé"/>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Vert</p></div></content>
        </entry></feed>"""

        feed = read_feed(answer(body))

        assert (feed.title, feed.language) == ("Ben & co", "fr_FR")
        [entry] = feed.entries
        assert (entry.guid, entry.url) == ("urn:1", "https://ben.example/blog/the")
        assert (entry.description, entry.tags) == ("Vert", ("thé",))

    def test_reads_json_feed(self) -> None:
        body = """{"version": "https://jsonfeed.org/version/1.1", "title": "Ben",
        "home_page_url": "https://ben.example/", "language": "en", "items":
        [{"id": 1, "url": "/tea", "title": "Tea", "content_html": "<b>Green</b>", "tags": ["a"]},
        {"id": "2", "url": "/tea"}, "nonsense"]}"""

        feed = read_feed(answer(body, "application/feed+json"))

        [entry] = feed.entries
        assert (entry.guid, entry.title, entry.description) == ("1", "Tea", "Green")
