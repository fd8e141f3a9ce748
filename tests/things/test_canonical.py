"""One address for one page: a table of what is met, and what holds of any address."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from things.addresses import NotAWebAddress, same_site, tidy_url
from things.canonical import address_key, canonical_url

# What is met in the wild, and under which address the page is registered.
PAIRS = """
http://ben.example                                  http://ben.example/
HTTP://Ben.Example/                                 http://ben.example/
https://BEN.example:443/A                           https://ben.example/A
http://ben.example:80                               http://ben.example/
http://ben.example:8080/a                           http://ben.example:8080/a
https://ben.example:80/                             https://ben.example:80/
http://ben.example:0443/                            http://ben.example:443/
http://ben.example./a                               http://ben.example/a
http://www.ben.example/a                            http://www.ben.example/a
http:\\\\ben.example\\a                             http://ben.example/a
http://ben.example/a/../b                           http://ben.example/b
http://ben.example/./a/./b/                         http://ben.example/a/b/
http://ben.example/a/b/..                           http://ben.example/a/
http://ben.example/../../a                          http://ben.example/a
http://ben.example/%2e%2e/a                         http://ben.example/a
http://ben.example/a/%2E                            http://ben.example/a/
http://ben.example//a//b                            http://ben.example//a//b
http://ben.example/a/                               http://ben.example/a/
http://ben.example/index.html                       http://ben.example/index.html
http://ben.example/%7Eben/                          http://ben.example/~ben/
http://ben.example/%41%2f%2d                        http://ben.example/A%2F-
http://ben.example/caf%c3%a9                        http://ben.example/caf%C3%A9
http://ben.example/café                             http://ben.example/caf%C3%A9
http://ben.example/über-uns/                        http://ben.example/%C3%BCber-uns/
http://ben.example/日本語                           http://ben.example/%E6%97%A5%E6%9C%AC%E8%AA%9E
http://ben.example/a|b                              http://ben.example/a%7Cb
http://ben.example/"a"                              http://ben.example/%22a%22
http://ben.example/100%                             http://ben.example/100%25
http://ben.example/%zz                              http://ben.example/%25zz
http://ben.example/%%411                            http://ben.example/%25A1
http://ben.example/a;b=c,d                          http://ben.example/a;b=c,d
http://ben.example/a;jsessionid=0A1B?c=d            http://ben.example/a?c=d
http://ben.example/a;JSESSIONID=0A1B/c              http://ben.example/a/c
http://ben.example/?                                http://ben.example/
http://ben.example/?&&a=1&                          http://ben.example/?a=1
http://ben.example?p=12                             http://ben.example/?p=12
http://ben.example/?b=2&a=1&b=1                     http://ben.example/?b=2&a=1&b=1
http://ben.example/?a                               http://ben.example/?a
http://ben.example/?a=                              http://ben.example/?a=
http://ben.example/?q=a+b%20c                       http://ben.example/?q=a+b%20c
http://ben.example/?q=caf%c3%a9&r=é                 http://ben.example/?q=caf%C3%A9&r=%C3%A9
http://ben.example/?a[]=1&a[]=2                     http://ben.example/?a%5B%5D=1&a%5B%5D=2
http://ben.example/?a=/b?c                          http://ben.example/?a=/b?c
http://ben.example/?ref=home                        http://ben.example/?ref=home
http://ben.example/?source=feed                     http://ben.example/?source=feed
http://ben.example/a#comments                       http://ben.example/a
http://ben.example/a#:~:text=tea                    http://ben.example/a
http://ben.example/a#                               http://ben.example/a
http://ben.example/a#utm_source=feed                http://ben.example/a
http://ben.example/#!/posts/1                       http://ben.example/#!/posts/1
http://ben.example/app#/posts/1                     http://ben.example/app#/posts/1
http://ben.example/#!post=é                         http://ben.example/#!post=%C3%A9
http://ben.example/a?utm_source=feed                http://ben.example/a
http://ben.example/a?utm_source=x&p=1&UTM_Medium=y  http://ben.example/a?p=1
http://ben.example/a?utm%5Fsource=x                 http://ben.example/a
http://ben.example/a?fbclid=IwAR0x                  http://ben.example/a
http://ben.example/a?gclid=1&gclsrc=aw.ds           http://ben.example/a
http://ben.example/a?dclid=1&gbraid=2&wbraid=3      http://ben.example/a
http://ben.example/a?msclkid=1&b=2                  http://ben.example/a?b=2
http://ben.example/a?mc_cid=1&mc_eid=2              http://ben.example/a
http://ben.example/a?_hsenc=1&_hsmi=2               http://ben.example/a
http://ben.example/a?igshid=1                       http://ben.example/a
http://ben.example/a?pk_campaign=1&pk_kwd=2         http://ben.example/a
http://ben.example/a?mtm_campaign=1                 http://ben.example/a
http://ben.example/a?yclid=1&ysclid=2               http://ben.example/a
http://ben.example/a?twclid=1&ttclid=2              http://ben.example/a
http://ben.example/a?srsltid=1                      http://ben.example/a
http://ben.example/a?_ga=1.2.3&_gl=4                http://ben.example/a
http://ben.example/a?vero_id=1&mkt_tok=2            http://ben.example/a
http://ben.example/a?PHPSESSID=1&id=2               http://ben.example/a?id=2
http://ben.example/a?at_medium=x&at_campaign=y      http://ben.example/a
http://ben.example/a?xtor=RSS-1                     http://ben.example/a
http://ben.example/a?wt_zmc=1                       http://ben.example/a
http://ben.example/a?guccounter=1                   http://ben.example/a
http://bücher.example/                              http://xn--bcher-kva.example/
http://BÜCHER.example/                              http://xn--bcher-kva.example/
http://xn--BCHER-kva.example/                       http://xn--bcher-kva.example/
http://straße.example/                              http://xn--strae-oqa.example/
http://例え。テスト/                                http://xn--r8jz45g.xn--zckzah/
http://ｂｅｎ．example/                             http://ben.example/
http://☃.example/                                   http://xn--n3h.example/
http://ben_1.example/                               http://ben_1.example/
http://-a.tumblr.example/                           http://-a.tumblr.example/
http://93.184.215.14/a                              http://93.184.215.14/a
http://[2606:4700:0:0::1111]/                       http://[2606:4700::1111]/
http://[2606:4700::1111]:80/                        http://[2606:4700::1111]/
https://youtu.be/dQw4w9WgXcQ                        https://www.youtube.com/watch?v=dQw4w9WgXcQ
https://youtu.be/dQw4w9WgXcQ?si=abc&t=42            https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42
https://m.youtube.com/watch?v=dQw4w9WgXcQ           https://www.youtube.com/watch?v=dQw4w9WgXcQ
https://youtube.com/watch?v=a&feature=share         https://www.youtube.com/watch?v=a
https://mobile.twitter.com/ben/status/1?s=20        https://twitter.com/ben/status/1
https://twitter.com/ben/status/1?ref_src=twsrc      https://twitter.com/ben/status/1
https://de.m.wikipedia.org/wiki/Tee                 https://de.wikipedia.org/wiki/Tee
https://zh-min-nan.m.wikipedia.org/wiki/A           https://zh-min-nan.wikipedia.org/wiki/A
https://github.com/ben/tea/tree/main#readme         https://github.com/ben/tea/tree/main
https://blog.example/2013/05/uber-uns/?share=x      https://blog.example/2013/05/uber-uns/?share=x
https://blog.example/?p=1&preview=true              https://blog.example/?p=1&preview=true
https://blog.example/a?replytocom=5#respond         https://blog.example/a?replytocom=5
https://cast.example/e1.mp3?awc=1_2                 https://cast.example/e1.mp3?awc=1_2
https://ben.bandcamp.example/track/a?from=embed     https://ben.bandcamp.example/track/a?from=embed
https://ben.example/@ben/1                          https://ben.example/@ben/1
https://ben.example/a(b)'c!*                        https://ben.example/a(b)'c!*
https://ben.example/a:b                             https://ben.example/a:b
"""
PAIRED = [tuple(line.split()) for line in PAIRS.strip().splitlines()]

REFUSED = [
    "ben.example",
    "//ben.example/",
    "/a",
    "ftp://ben.example/",
    "javascript:alert(1)",
    "mailto:ben@ben.example",
    "data:,a",
    "http://",
    "http:///a",
    "http://?",
    "http://ben@ben.example/",
    "http://ben:1@ben.example/",
    "http://ben.example:0/",
    "http://ben.example:65536/",
    "http://ben.example:x/",
    "http://127.1/",
    "http://0x7f.1/",
    "http://2130706433/",
    "http://017700000001/",
    "http://1.2.3.4.5/",
    "http://256.1.1.1/",
    "http://ben..example/",
    "http://.ben.example/",
    "http://[::1",
    "http://[::1]a/",
    "http://[fe80::1%25en0]/",
    "http://[fe80::1%1]/",
    "http://a%00b/",
    "http://a%2fb/",
    "http://ben!example/",
    "http://�/",
    "http://ben.example%41/",
]


class TestCanonicalUrl:
    def test_is_tried_on_eighty_pairs(self) -> None:
        assert len(PAIRED) >= 80

    @pytest.mark.parametrize(("met", "registered"), PAIRED)
    def test_writes_what_is_met_in_one_way(self, met: str, registered: str) -> None:
        assert canonical_url(met) == registered
        assert canonical_url(registered) == registered
        assert address_key(met) == address_key(registered)

    @pytest.mark.parametrize("text", REFUSED)
    def test_refuses_what_is_no_address(self, text: str) -> None:
        with pytest.raises(NotAWebAddress):
            canonical_url(text)

    @pytest.mark.parametrize("text", ["http://ben.example/a b", "http://ben.example/\n", "", "é"])
    def test_refuses_blanks(self, text: str) -> None:
        with pytest.raises(NotAWebAddress):
            canonical_url(f"{text}x y" if text == "é" else text and f"{text}a b")

    def test_refuses_what_gets_too_long(self) -> None:
        with pytest.raises(NotAWebAddress, match="longer"):
            canonical_url("http://ben.example/" + "é" * 700)

    @pytest.mark.parametrize("text", [" http://ben.example/a ", "\thttp://ben.example/a\n"])
    def test_leaves_blanks_around_aside(self, text: str) -> None:
        assert canonical_url(text) == "http://ben.example/a"


_PIECES = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        [
            "%",
            "%2",
            "%41",
            "%zz",
            "%25",
            "%2f",
            "%2e",
            "..",
            ".",
            "/",
            "//",
            "?",
            "#",
            "&",
            "=",
            ";",
            ":",
            "@",
            "!",
            "\\",
            "utm_source=",
            "fbclid=1",
            "é",
            "ß",
            "。",
            "xn--",
            "www.",
            ";jsessionid=1",
            "#!",
            "#/",
            "[",
            "]",
            "+",
            "*",
            "youtu.be",
            "m.wikipedia.org",
            "0x7f",
            "127.1",
            "😀",
        ]
    ),
)
_ADDRESSES = st.tuples(
    st.sampled_from(["http://", "https://", "HTTP:\\\\"]),
    st.one_of(st.sampled_from(["ben.example", "youtu.be", "de.m.wikipedia.org"]), st.text()),
    st.lists(_PIECES, max_size=8).map("".join),
).map(lambda parts: f"{parts[0]}{parts[1]}/{parts[2]}")


class TestAnyAddress:
    @given(_ADDRESSES)
    def test_is_written_in_a_way_that_stays(self, text: str) -> None:
        try:
            once = canonical_url(text)
        except NotAWebAddress:
            return

        assert canonical_url(once) == once
        assert tidy_url(once) == once
        assert once.isascii()
        assert len(once) <= 2048
        assert urlsplit(once).hostname == urlsplit(canonical_url(text)).hostname

    @given(_ADDRESSES)
    def test_has_one_key_for_both_schemes(self, text: str) -> None:
        try:
            once = canonical_url(text)
        except NotAWebAddress:
            return
        if urlsplit(once).port is None:
            other = "https" if once.startswith("http:") else "http"
            assert address_key(other + once[once.index(":") :]) == address_key(once)

    @given(_ADDRESSES)
    def test_is_tidied_in_a_way_that_stays(self, text: str) -> None:
        try:
            tidy = tidy_url(text)
        except NotAWebAddress:
            return

        assert tidy_url(tidy) == tidy


class TestSameSite:
    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("http://ben.example/a", "https://www.ben.example/b", True),
            ("http://ben.example/a", "http://BEN.example:80/", True),
            ("http://ben.example/a", "http://ben.example:8080/", False),
            ("http://ben.example/a", "http://blog.ben.example/", False),
            ("http://ben.example/a", "http://ben.example.eve.example/", False),
        ],
    )
    def test_looks_at_the_host(self, one: str, other: str, same: bool) -> None:
        assert same_site(one, other) is same
