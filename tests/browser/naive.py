"""A button as one would write it at first, so that each attack can be seen to work somewhere.

Its frame clicks at once and wants no proof of being seen; its form has no token; its window
obeys keys, double clicks and messages, and tells its opener what came of it, whoever that is; its
session goes everywhere, and whoever has it clicks on anything; its answers can be read from
anywhere.
"""

from __future__ import annotations

from hosting import Internet

HOST = "naive.example"
SITE = f"https://{HOST}"

_EVERYWHERE = "s=1; Secure; SameSite=None; Path=/"
_IN_FRAME = "f=1; Secure; SameSite=None; Path=/; Partitioned"
_ACT = "fetch('/click', {method: 'POST'})"

_FRAME = f"""<!doctype html><style>body {{ margin: 0 }} button {{ width: 120px; height: 24px }}</style>
<button id="go" onclick="{_ACT}">Give</button>
<script>onmessage = e => e.data == 'click' && {_ACT}</script>"""

_CONFIRM = """<!doctype html><title>Confirm</title><form method="post" action="/click">
<button id="go" autofocus style="position:fixed;left:20px;top:20px;width:300px;height:80px">Give</button>
</form><script>if (opener) opener.postMessage({count: 1}, "*")</script>"""


class Naive:
    """The site, and what it counted."""

    def __init__(self, internet: Internet) -> None:
        self._internet = internet
        internet.publish(f"{SITE}/login", "in", headers={"Set-Cookie": _EVERYWHERE})
        internet.publish(f"{SITE}/embed", _FRAME, headers={"Set-Cookie": _IN_FRAME})
        internet.publish(f"{SITE}/confirm", _CONFIRM)
        internet.publish(f"{SITE}/auto", f"<script>{_ACT}</script>")
        open_to_all = {"Access-Control-Allow-Origin": "*"}
        internet.publish(f"{SITE}/click", "counted", headers=open_to_all)

    def count(self) -> int:
        """Clicks of somebody it knows."""
        return sum(bool(seen.cookie) for seen in self._internet.asked("/click", host=HOST))
