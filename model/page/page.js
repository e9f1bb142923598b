"use strict";
// What the command line decides at another threshold, decided here: a paragraph goes where its
// data-cut, which holds what goes together, reaches the threshold. Nothing here writes markup.
(() => {
  const body = document.body;
  const find = (id) => document.getElementById(id);
  const slider = find("threshold");
  const asked = Number(body.dataset.threshold);
  const mostCut = Number(body.dataset.maxCut);
  const kindBoxes = [...document.querySelectorAll("input[data-kind]")];
  const groupBoxes = [...document.querySelectorAll("input[data-group]")];
  const format = (number) => number.toLocaleString("en");
  const percent = (part, whole) => (whole ? `${((100 * part) / whole).toFixed(part ? 1 : 0)}%` : "0%");

  const articles = [...document.querySelectorAll("article")].map((element) => {
    const paragraphs = [...element.querySelectorAll(":scope > .p")].map((p) => ({
      element: p,
      fate: p.querySelector(".fate"),
      cut: Number(p.dataset.cut),
      words: Number(p.dataset.words),
      kind: p.dataset.kind,
      goes: p.classList.contains("goes"),
    }));
    return {
      element,
      paragraphs,
      title: element.dataset.title,
      foreign: "foreign" in element.dataset,
      words: paragraphs.reduce((sum, p) => sum + p.words, 0),
      anyway: element.querySelector(".anyway input"),
      held: element.querySelector(".held"),
      cut: 0,
      decided: null,
    };
  });
  let threshold = asked;
  let current = 0;

  // -- deciding ------------------------------------------------------------------------------

  function decide(article) {
    const unticked = new Set(kindBoxes.filter((b) => !b.checked && !b.disabled).map((b) => b.dataset.kind));
    const any = kindBoxes.some((b) => b.checked);
    const goes = article.paragraphs.map((p) => any && p.cut >= threshold && !unticked.has(p.kind));
    let cut = 0;
    article.paragraphs.forEach((p, i) => { if (goes[i]) cut += p.words; });
    article.why = "";
    const share = cut / Math.max(article.words, 1);
    if (article.foreign) {
      article.why = "The article seems to be in a language that the model does not know, so nothing is cut (--any-language cuts it).";
    } else if (share > mostCut) {
      article.why = `${percent(cut, article.words)} of the words would go, more than ${percent(mostCut, 1)}, so the article is left whole (--max-cut 1 cuts it).`;
    }
    if (article.why && !article.anyway.checked) {
      goes.fill(false);
      cut = 0;
    }
    article.cut = cut;
    article.decided = goes;
  }

  function paint(article) {
    article.paragraphs.forEach((p, i) => {
      if (p.goes === article.decided[i]) return;
      p.goes = article.decided[i];
      p.element.classList.toggle("goes", p.goes);
      p.fate.textContent = p.goes ? "goes" : "stays";
      p.element.tabIndex = p.goes || p.element.classList.contains("marked") ? 0 : -1;
    });
    article.held.textContent = article.why;
    article.held.hidden = !article.why;
    article.anyway.parentElement.hidden = !article.why;
  }

  function update() {
    articles.forEach(decide);
    const shown = articles[current];
    if (shown) paint(shown);
    count(shown);
    find("shown").textContent = threshold.toFixed(3);
    slider.value = threshold;
    const changed = threshold !== asked || kindBoxes.some((b) => !b.checked && !b.disabled);
    find("reset").hidden = !changed;
    for (const box of groupBoxes) {
      const members = kindBoxes.filter((b) => b.closest("fieldset") === box.closest("fieldset") && !b.disabled);
      const ticked = members.filter((b) => b.checked).length;
      box.disabled = members.length === 0;
      box.checked = ticked > 0 && ticked === members.length;
      box.indeterminate = ticked > 0 && ticked < members.length;
    }
    const kept = kindBoxes.filter((b) => !b.checked).map((b) => b.dataset.kind);
    find("command").textContent = `--threshold ${threshold}${kept.length ? ` --keep ${kept.join(",")}` : ""}`;
  }

  function count(shown) {
    const sum = (field) => articles.reduce((total, a) => total + a[field], 0);
    const line = (words, cut) =>
      `${format(words - cut)} of ${format(words)} words stay, ${format(cut)} go (${percent(cut, words)})`;
    find("counts").textContent = shown ? line(shown.words, shown.cut) : "";
    if (articles.length > 1) {
      find("total").textContent = `All ${format(articles.length)} articles: ${line(sum("words"), sum("cut"))}`;
    }
    articles.forEach((a) => { if (a.number) a.number.textContent = percent(a.cut, a.words); });
  }

  function set(value) {
    threshold = Math.min(1, Math.max(0, value));
    update();
  }

  function reset() {
    kindBoxes.forEach((b) => { b.checked = !b.disabled; });
    set(asked);
  }

  // -- articles ------------------------------------------------------------------------------

  function countKinds() {
    for (const box of kindBoxes) {
      const number = articles[current]
        ? articles[current].paragraphs.filter((p) => p.kind === box.dataset.kind && p.element.classList.contains("marked")).length
        : 0;
      box.parentElement.querySelector(".number").textContent = number || "";
    }
  }

  function show(number) {
    current = Math.min(articles.length - 1, Math.max(0, number));
    articles.forEach((a, i) => {
      a.element.hidden = i !== current;
      if (!a.link) return;
      if (i === current) a.link.setAttribute("aria-current", "page");
      else a.link.removeAttribute("aria-current");
    });
    countKinds();
    update();
  }

  function listArticles() {
    const list = find("index");
    if (!list) return;
    document.querySelector(".index .number").textContent = format(articles.length);
    articles.forEach((article, i) => {
      const item = document.createElement("li");
      article.link = document.createElement("a");
      article.link.href = `#${i + 1}`;
      const title = document.createElement("bdi");
      title.textContent = article.title;
      article.number = document.createElement("span");
      article.number.className = "number";
      article.link.append(title, article.number);
      item.append(article.link);
      list.append(item);
    });
    const narrow = matchMedia("(max-width: 52rem)");
    if (narrow.matches) document.querySelector(".index details").open = false;
    addEventListener("hashchange", () => {
      show(Number(location.hash.slice(1)) - 1 || 0);
      scrollTo(0, 0);
    });
  }

  // -- hands -----------------------------------------------------------------------------------

  function step(direction) {
    const article = articles[current];
    if (!article) return;
    const only = body.classList.contains("only");
    const stops = article.paragraphs
      .map((p) => p.element)
      .filter((e) => (e.classList.contains("marked") || e.classList.contains("goes")) && !(only && e.classList.contains("goes")));
    if (!stops.length) return;
    const here = document.activeElement?.closest("article > .p");
    let next;
    if (here) {
      const after = (e) => here.compareDocumentPosition(e) & (direction > 0 ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING);
      next = direction > 0 ? stops.find(after) : stops.findLast(after);
    } else {
      // From where the reader is: below the bar.
      const top = document.querySelector(".bar").getBoundingClientRect().bottom;
      next = direction > 0
        ? stops.find((e) => e.getBoundingClientRect().top >= top)
        : stops.findLast((e) => e.getBoundingClientRect().bottom <= top);
    }
    if (!next) return;
    next.focus({ preventScroll: true, focusVisible: true });
    next.scrollIntoView({ block: "center" });
  }

  function toggleOnly() {
    find("only").checked = body.classList.toggle("only");
  }

  function close() {
    const sheets = [...document.querySelectorAll(".drop[open]")];
    sheets.forEach((d) => { d.open = false; });
    if (!sheets.length) document.querySelectorAll(".p.open").forEach((p) => p.classList.remove("open"));
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    s: toggleOnly,
    "[": () => set(Number((threshold - 0.01).toFixed(3))),
    "]": () => set(Number((threshold + 0.01).toFixed(3))),
    r: reset,
    n: () => go(1),
    p: () => go(-1),
    Escape: close,
  };

  function go(direction) {
    const next = current + direction;
    if (next >= 0 && next < articles.length && articles.length > 1) location.hash = `#${next + 1}`;
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const held = event.target.closest?.("article > .p");
    if (held && event.target === held && (event.key === "Enter" || event.key === " ")) {
      held.classList.toggle("open");
    } else if (Object.hasOwn(keys, event.key)) {
      keys[event.key]();
    } else {
      return;
    }
    event.preventDefault();
  });

  addEventListener("click", (event) => {
    const target = event.target;
    document.querySelectorAll(".drop[open]").forEach((d) => { if (!d.contains(target)) d.open = false; });
    const p = target.closest("article > .p");
    // A click that ends a selection of text is no tap.
    if (p && !target.closest(".why") && getSelection().isCollapsed) p.classList.toggle("open");
  });

  slider.addEventListener("input", () => set(Number(slider.value)));
  find("only").addEventListener("change", () => body.classList.toggle("only", find("only").checked));
  find("reset").addEventListener("click", reset);
  kindBoxes.forEach((box) => box.addEventListener("change", update));
  groupBoxes.forEach((box) => box.addEventListener("change", () => {
    kindBoxes
      .filter((b) => b.closest("fieldset") === box.closest("fieldset") && !b.disabled)
      .forEach((b) => { b.checked = box.checked; });
    update();
  }));
  articles.forEach((a) => a.anyway.addEventListener("change", update));

  body.classList.add("alive");
  listArticles();
  show(Number(location.hash.slice(1)) - 1 || 0);
})();
