"""What a page is for who has no mouse: everything is reached, in order, seen, and is no trap."""

from __future__ import annotations

from playwright.sync_api import Page

# Whatever takes the focus with Tab, and no member of a group of radio buttons but one.
REACHABLE = """() => {
    const groups = new Set();
    return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
        .filter(e => !e.disabled && e.type != 'hidden' && e.tabIndex >= 0
            && !e.closest('[inert]') && e.checkVisibility({visibilityProperty: true}))
        .filter(e => e.type != 'radio' || (!groups.has(e.name) && groups.add(e.name)))
        .length;
}"""
# Where the focus is: it shows, lies beneath nothing, and comes after where it was in the page.
FOCUSED = """turn => {
    const here = document.activeElement;
    if (here === document.body) return 'nothing has the focus';
    // A date is a field of several parts.
    if (here.dataset.met == turn - 1) return null;
    if (here.hasAttribute('data-met')) return 'is met again: ' + here.outerHTML.slice(0, 90);
    const style = getComputedStyle(here), box = here.getBoundingClientRect();
    const shown = style.outlineStyle != 'none' && parseFloat(style.outlineWidth) >= 2
        && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
    const before = document.querySelector(`[data-met="${turn - 1}"]`);
    const back = before && !(before.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING);
    // A link that goes over two lines has a box for each, and what stands between them is no cover.
    const covered = [...here.getClientRects()].some(line => {
        const above = document.elementFromPoint(line.x + line.width / 2, line.y + Math.min(line.height, 20) / 2);
        return above && !here.contains(above) && !above.contains(here)
            && ![...here.labels ?? []].some(label => label.contains(above));
    });
    here.dataset.met = turn;
    const said = (shown ? '' : 'the focus does not show') + (back ? 'the focus goes back' : '')
        + (covered ? 'the focus is covered' : '');
    return said && `${said}: ${here.outerHTML.slice(0, 90)}`;
}"""
DATES = "input:is([type=month], [type=date], [type=time], [type=datetime-local])"
PARTS_OF_A_DATE = 7
# The walk at another width begins anew.
FORGET = """() => {
    document.activeElement.blur();
    document.querySelectorAll('[data-met]').forEach(e => e.removeAttribute('data-met'));
    getSelection().removeAllRanges();
}"""


def keyboard_faults(page: Page) -> list[str]:
    """Press Tab through the page, and tell what is wrong."""
    page.evaluate(FORGET)
    page.evaluate(
        "document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')"
    )
    number = page.evaluate(REACHABLE)
    faults: list[str] = []
    parts = page.locator(DATES).count() * PARTS_OF_A_DATE
    for _ in range(number + parts):
        if len(faults) == number:
            break
        page.keyboard.press("Tab")
        said = page.evaluate(FOCUSED, len(faults))
        if said is not None:
            faults.append(said)
    met = page.locator("[data-met]").count()
    if met != number:
        faults.append(f"{met} of {number} are reached")
    return [fault for fault in faults if fault]
