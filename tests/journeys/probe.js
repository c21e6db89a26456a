/** What a tour asks of every page, in the page (tests/journeys/pages.py). */
window.probe = {
  /** Latin words on an Arabic page that are no names: text that goes round the catalogue. */
  leftInEnglish(names) {
    const known = new Set(names);
    const foreign = (text) => (text.replace(/https?:\S+|\S+@\S+/g, "").match(/\p{Script=Latin}{3,}/gu) ?? []).some((word) => !known.has(word));
    const spared = "code, script, style, noscript, template, .address, [data-letter], [lang]:not([lang=ar]):not(html), input";
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode())
      if (!node.parentElement.closest(spared) && foreign(node.data)) found.push(node.data.trim());
    for (const name of ["aria-label", "placeholder", "title", "alt"])
      for (const element of document.querySelectorAll(`[${name}]`))
        if (!element.closest(spared) && foreign(element.getAttribute(name))) found.push(`${name}: ${element.getAttribute(name)}`);
    return found;
  },

  /** Her language and plain Finnish under it must never be the same line. */
  saidTwice() {
    const same = [...document.querySelectorAll(".own + .selko")].filter(
      (small) => small.textContent.trim() === small.previousElementSibling.textContent.trim(),
    );
    return same.map((small) => small.textContent.trim());
  },

  /** Names, numbers and addresses: on a right-to-left page a telephone number stands in an element of its own direction. */
  looseNumbers() {
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode())
      if (/\+?\d[\d ]{7,}\d/.test(node.data) && !/\u2066|\u2068/.test(node.data) && !node.parentElement.closest("bdi, code, .address, [dir=ltr], script, template"))
        found.push(node.data.trim());
    return found;
  },

  /** What axe finds, in short. */
  async axed(options) {
    const { violations } = await axe.run(document, options);
    return violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map((node) => node.html.slice(0, 160))].join(" | "));
  },
};
