// Shows what a threshold would mean at the prevalence that the reader chooses. The server computes the first picture by
// the same rules.
export function watchMeaning(section) {
  const rates = JSON.parse(section.dataset.rates);
  const [prevalence, output] = [
    section.querySelector(".prevalence input"),
    section.querySelector(".prevalence output"),
  ];
  const [point, source] = [section.querySelector("[name=point]"), section.querySelector("[name=source]")];
  const circles = section.querySelectorAll(".dots circle");

  const fill = (selector, values) => {
    const element = section.querySelector(selector);
    element.textContent = element.dataset.sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  };
  const people = (n) => (n < 1 ? "<\u00a01" : n > 99 ? ">\u00a099" : Math.round(n));
  const share = (part, rest) => (part + rest > 0 ? (100 * part) / (part + rest) : 0);

  const draw = () => {
    const rate = rates.find((r) => r.point === point.value && r.source === source.value);
    if (!rate) return;
    const ill = Number(prevalence.value);
    const found = (ill * rate.tp) / (rate.tp + rate.fn);
    const cleared = ((100 - ill) * rate.tn) / (rate.tn + rate.fp);
    const count = { found: Math.round(found), cleared: Math.round(cleared) };
    count.missed = ill - count.found;
    count.alarmed = 100 - ill - count.cleared;

    output.textContent = ill;
    const kinds = ["found", "missed", "alarmed", "cleared"].flatMap((kind) => Array(count[kind]).fill(kind));
    circles.forEach((circle, i) => circle.setAttribute("class", kinds[i]));
    for (const row of section.querySelectorAll("[data-kind]"))
      row.querySelector("b").textContent = count[row.dataset.kind];
    fill(".intro", { n: ill });
    fill(".above span", { from: rate.from, n: people(share(found, 100 - ill - cleared)) });
    fill(".below span", { from: rate.from, n: people(share(ill - found, cleared)) });
    if (section.dataset.probability) {
      const above = Number(section.dataset.probability) >= rate.threshold;
      section.querySelector(".above").toggleAttribute("data-here", above);
      section.querySelector(".below").toggleAttribute("data-here", !above);
    }
  };
  for (const control of [prevalence, point, source]) control.addEventListener("input", draw);
}
