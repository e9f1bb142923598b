"""Hostile text on the review page, and the page's own Content-Security-Policy."""

import pytest

pytest.importorskip(
    "selenium", reason="the browser tests take selenium: pip install 'defiller[browser]'"
)
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.slow

HOSTILE = (
    "<script>window.owned = 1</script></script></textarea></title></style>"
    "<img src=x onerror='window.owned = 1'><svg onload='window.owned = 1'>"
    "\" onmouseover='window.owned = 1' autofocus onfocus='window.owned = 1' x=\""
    "<a href='javascript:window.owned = 1'>go</a>"
    "<iframe srcdoc='<script>parent.owned = 1</script>'></iframe>"
)


def test_hostile_text_is_text_and_does_nothing(see, judged):
    scored = judged(4, text=HOSTILE, title=HOSTILE)
    page = see(scored, scored, names=[HOSTILE, HOSTILE])
    for paragraph in page.all("article:not([hidden]) > .p"):
        assert paragraph.find_element(By.CSS_SELECTOR, ".text").text == HOSTILE
        paragraph.click()
    page.press("j", Keys.ENTER, "n", "j")
    assert page.all("#index a")[0].text.startswith(HOSTILE)
    assert page.run("return window.owned") is None
    assert page.all("img, svg, iframe, textarea, main a, main script") == []


def test_what_gets_past_the_escaping_is_stopped_by_the_policy(browser, see, judged):
    page = see(
        judged(),
        until="<script>window.owned = 1</script><img src='file:///etc/hostname' "
        "onerror='window.owned = 1'><p id=p style='position: fixed'>"
        "<a id=a href='javascript:window.owned = 1'>go</a>",
    )
    page.one("#a").click()
    assert page.run("return window.owned") is None
    assert page.one("#p").value_of_css_property("position") == "static"
    with pytest.raises(Exception, match="TrustedHTML"):
        page.run("document.body.innerHTML = '<b>markup</b>'")
    faults = " ".join(page.faults())
    assert faults.count("violates the following Content Security Policy") >= 4
