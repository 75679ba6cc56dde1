// Window, level and inversion of one film: a straight line from its greys to
// the screen's, as a filter of the browser's own. The film is not changed.
const svg = "http://www.w3.org/2000/svg";
let filters = 0;

export function watchGreys(look) {
  const film = look.querySelector(".seen");
  const [preset, level, width] = ["preset", "level", "width"].map((name) => look.querySelector(`.${name}`));
  const invert = look.querySelector(".invert");

  const defs = document.createElementNS(svg, "svg");
  defs.setAttribute("class", "unseen");
  defs.setAttribute("aria-hidden", "true");
  const filter = defs.appendChild(document.createElementNS(svg, "filter"));
  filter.id = `greys-${++filters}`;
  filter.setAttribute("color-interpolation-filters", "sRGB");
  const transfer = filter.appendChild(document.createElementNS(svg, "feComponentTransfer"));
  const lines = ["feFuncR", "feFuncG", "feFuncB"].map((name) =>
    transfer.appendChild(document.createElementNS(svg, name)),
  );
  lines.forEach((line) => line.setAttribute("type", "linear"));
  look.append(defs);

  const inverted = () => invert.getAttribute("aria-pressed") === "true";
  const draw = () => {
    const [middle, wide] = [level.value / 100, width.value / 100];
    const [slope, intercept] = [1 / wide, 0.5 - middle / wide];
    lines.forEach((line) => {
      line.setAttribute("slope", inverted() ? -slope : slope);
      line.setAttribute("intercept", inverted() ? 1 - intercept : intercept);
    });
    film.style.filter = wide === 1 && middle === 0.5 && !inverted() ? "" : `url("#${filter.id}")`;
    const name = `${level.value} ${width.value}`;
    preset.value = [...preset.options].some((option) => option.value === name) ? name : "";
  };
  const choose = (index) => {
    if (index !== undefined) preset.selectedIndex = index;
    if (!preset.value) return;
    [level.value, width.value] = preset.value.split(" ");
    draw();
  };
  const turn = () => {
    invert.setAttribute("aria-pressed", !inverted());
    draw();
  };
  const step = (input, by) => {
    input.value = Number(input.value) + by;
    draw();
  };

  preset.addEventListener("change", () => choose());
  level.addEventListener("input", draw);
  width.addEventListener("input", draw);
  invert.addEventListener("click", turn);
  return {
    choose,
    turn,
    moveLevel: (by) => step(level, by),
    moveWidth: (by) => step(width, by),
    reset() {
      invert.setAttribute("aria-pressed", false);
      choose(0);
    },
  };
}
