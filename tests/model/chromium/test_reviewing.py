"""What a reader does on the review page: the slider, kinds, keys and pointer, several articles."""

import pytest

from defiller.features.document import count_words
from defiller.model.policy import Policy
from defiller.model.verdict import Because

pytest.importorskip(
    "selenium", reason="the browser tests take selenium: pip install 'defiller[browser]'"
)
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.slow


def cut_words(scored, threshold, kept=()):
    pairs = zip(scored.document.paragraphs, scored.verdicts, strict=True)
    return sum(
        count_words(p.content)
        for p, v in pairs
        if v.cut_at >= threshold and next(iter(v.kinds)) not in kept
    )


def sentence(scored, cut):
    words = scored.words
    share = f"{100 * cut / words:.1f}%" if cut else "0%"
    return f"{words - cut} of {words} words stay, {cut} go ({share})"


def test_it_opens_as_the_command_line_decided(see, judged):
    scored = judged()
    page = see(scored)
    assert page.goes() == [v.strip for v in scored.verdicts]
    assert page.counts == sentence(scored, scored.words_cut)
    assert page.one("#command").get_attribute("textContent") == "--threshold 0.6"
    assert not page.one("#reset").is_displayed()


def test_the_slider_cuts_what_the_threshold_cuts(see, judged):
    scored = judged(30)
    page = see(scored)
    for threshold in ("0.111", "0.3", "0.999", "1", "0.37"):
        page.slide(threshold)
        assert page.goes() == [v.cut_at >= float(threshold) for v in scored.verdicts]
        assert page.counts == sentence(scored, cut_words(scored, float(threshold)))
        assert page.one("#shown").text == f"{float(threshold):.3f}"
    fates = [f.get_attribute("textContent") for f in page.all(".fate")]
    assert fates == ["goes" if gone else "stays" for gone in page.goes()]
    page.one("#reset").click()
    assert page.goes() == [v.strip for v in scored.verdicts]


def test_a_threshold_between_the_steps_of_the_slider_is_kept_exactly(see, judged):
    at = 0.37 + 1e-12
    page = see(judged(threshold=at))
    assert page.one("#command").get_attribute("textContent") == f"--threshold {at!r}"
    assert page.goes()[1] is False
    page.press("[", "]")
    assert page.one("#shown").text == "0.370"
    assert page.goes()[1] is True


def test_kinds_can_be_kept(see, judged):
    scored = judged(30)
    page = see(scored, policy=Policy.from_names(keep="byline"))
    page.one(".drop summary").click()
    kept = scored.verdicts[2].kind
    boxes = {b.get_attribute("data-kind"): b for b in page.all("[data-kind][type=checkbox]")}
    assert not boxes["byline"].is_enabled()
    boxes[kept].click()
    assert page.counts == sentence(scored, cut_words(scored, 0.6, [kept]))
    assert page.one("#command").text == f"--threshold 0.6 --keep {kept},byline"
    for box in page.all("[data-group]"):
        if not box.is_selected():
            box.click()
        box.click()
    assert page.counts == sentence(scored, 0)
    page.slide("0")
    assert not any(page.goes()), "with nothing to drop nothing goes, whatever the threshold"
    page.press("r")
    assert page.goes() == [v.strip for v in scored.verdicts]


def test_only_what_stays(see, judged):
    scored = judged()
    page = see(scored)
    page.one("#only").click()
    shown = [p.is_displayed() for p in page.all("article > .p")]
    assert shown == [not v.strip for v in scored.verdicts]
    page.press("s")
    assert all(p.is_displayed() for p in page.all("article > .p"))
    assert not page.one("#only").is_selected()


def test_an_article_of_which_too_much_would_go_is_left_whole(see, judged):
    scored = judged()
    page = see(scored, policy=Policy(max_cut=0.5))
    page.slide("0.001")
    assert page.counts == sentence(scored, 0)
    assert "more than 50.0%, so the article is left whole" in page.one(".held").text
    page.one(".anyway input").click()
    assert page.counts == sentence(scored, cut_words(scored, 0.001))
    page.slide("0.9")
    assert not page.one(".held").is_displayed()


def test_an_article_in_another_language_is_left_whole(see, judged):
    scored = judged(because=Because.LANGUAGE)
    page = see(scored)
    assert page.counts == sentence(scored, 0)
    assert "in a language that the model does not know" in page.one(".held").text


def test_the_keyboard_leads_through_the_padding(see, judged):
    scored = judged(20)
    page = see(scored)
    stops = [i for i, v in enumerate(scored.verdicts) if v.kind.is_padding or v.strip]
    places = []
    for _ in stops:
        page.press("j")
        places.append(page.focus)
        assert page.run("return document.activeElement.matches(':focus-visible')")
    assert places == stops
    page.press("j")
    assert page.focus == stops[-1], "at the end it stays"
    page.press("k")
    assert page.focus == stops[-2]
    why = page.all("article > .p")[stops[-2]].find_element(By.CSS_SELECTOR, ".why")
    page.press(Keys.ENTER)
    assert "its wording" in why.text
    assert why.value_of_css_property("position") == "static"
    page.press(Keys.ESCAPE)
    assert why.value_of_css_property("position") == "absolute"
    page.press("[")
    assert page.one("#shown").text == "0.590"
    chord = webdriver.ActionChains(page.browser).key_down(Keys.CONTROL)
    chord.send_keys("s").key_up(Keys.CONTROL).perform()
    assert "only" not in page.one("body").get_attribute("class"), "the browser's keys are its own"


def test_every_control_can_be_reached_with_tab(see, judged):
    page = see(judged())
    seen = set()
    for _ in range(8):
        page.press(Keys.TAB)
        seen.add(page.run("return document.activeElement.id || document.activeElement.tagName"))
    assert {"only", "threshold", "SUMMARY", "DIV"} <= seen


def test_reasons_on_hover_and_on_tap(see, judged):
    page = see(judged())
    paragraph = page.all("article > .p")[3]
    why = paragraph.find_element(By.CSS_SELECTOR, ".why")
    assert not why.is_displayed()
    webdriver.ActionChains(page.browser).move_to_element(paragraph).pause(0.6).perform()
    assert why.is_displayed()
    assert "its wording" in why.text
    paragraph.find_element(By.CSS_SELECTOR, ".text").click()
    webdriver.ActionChains(page.browser).move_to_element(page.one("#counts")).perform()
    assert why.is_displayed(), "a tap holds them open"
    paragraph.find_element(By.CSS_SELECTOR, ".text").click()
    page.run("document.activeElement.blur()")
    webdriver.ActionChains(page.browser).move_to_element(page.one("#counts")).perform()
    assert not why.is_displayed()


def test_several_articles(see, judged):
    first, second = judged(title="One"), judged(8, title="Two")
    page = see(first, second, names=["1.txt", "2.txt"])
    links = page.all("#index a")
    assert [link.text.split("\n")[0] for link in links] == ["One", "Two"]
    assert [a.is_displayed() for a in page.all("article")] == [True, False]
    total = f"All 2 articles: {first.words + second.words - first.words_cut - second.words_cut}"
    assert page.one("#total").text.startswith(total)
    links[1].click()
    assert [a.is_displayed() for a in page.all("article")] == [False, True]
    assert page.counts == sentence(second, second.words_cut)
    page.slide("0.2")
    page.press("p")
    assert page.counts == sentence(first, cut_words(first, 0.2))
    assert page.goes() == [v.cut_at >= 0.2 for v in first.verdicts]
