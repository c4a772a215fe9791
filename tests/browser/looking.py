"""What a page must have so that everybody can use it, looked for in the browser itself (WCAG 2.2 AA)."""

from typing import Any, Final

from playwright.sync_api import Page

LEAST_CONTRAST: Final = 4.5

# Names of controls, headings in order, landmarks, languages, unique ids, tables with heads.
FAULTS: Final = """() => {
  const faults = [];
  const seen = element => element.checkVisibility();
  for (const it of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!it.labels?.length && !it.ariaLabel) faults.push(`no label: ${it.name}`);
  for (const it of document.querySelectorAll("a, button, summary"))
    if (seen(it) && !it.textContent.trim()) faults.push(`no name: ${it.outerHTML.slice(0, 80)}`);
  for (const it of document.querySelectorAll("img")) if (!it.hasAttribute("alt")) faults.push("no alt");
  for (const it of document.querySelectorAll("svg"))
    if (it.getAttribute("role") !== "img" || !it.querySelector("title")) faults.push("a picture without words");
  let before = 0;
  for (const it of document.querySelectorAll("h1, h2, h3, h4")) {
    const level = Number(it.tagName[1]);
    if (level > before + 1) faults.push(`h${before} then h${level}`);
    before = level;
  }
  for (const [what, count] of [["h1", 1], ["main", 1], ["header", 1]])
    if (document.querySelectorAll(what).length !== count) faults.push(`not ${count} ${what}`);
  if (document.documentElement.lang !== "ja") faults.push("no language");
  if (!document.title) faults.push("no title");
  const ids = [...document.querySelectorAll("[id]")].map(it => it.id);
  if (new Set(ids).size !== ids.length) faults.push("an id twice");
  for (const it of document.querySelectorAll("table")) {
    if (!it.querySelector("th[scope=col]")) faults.push("a table without heads");
    if (!it.caption && !it.closest("details")) faults.push("a table without a caption");
  }
  if (document.querySelector("[style], style, script:not([src])")) faults.push("inline style or script");
  return faults;
}"""

# Every text that is seen, against the nearest background that is opaque.
CONTRASTS: Final = """least => {
  const channel = value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const behind = it => {
    for (let at = it; at; at = at.parentElement) {
      const found = parts(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const low = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const it = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
    if (!text || !it.checkVisibility() || it.closest("svg, option")) continue;
    const [one, other] = [luminance(parts(getComputedStyle(it).color)), luminance(behind(it))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < least) low.push(`${ratio.toFixed(2)}: ${text.slice(0, 40)}`);
  }
  return low;
}"""


def faults_of_access(page: Page) -> list[str]:
    """What keeps somebody from using the page by keyboard, by ear or in another language."""
    found: list[str] = page.evaluate(FAULTS)
    return found


def low_contrasts(page: Page) -> list[Any]:
    """Texts that are too pale for what they stand on."""
    found: list[Any] = page.evaluate(CONTRASTS, LEAST_CONTRAST)
    return found
