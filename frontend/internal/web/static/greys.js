// Window, level and inversion of one film: a linear map from its greys to the
// screen's, as an SVG filter. The film itself is not changed.
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
  const channels = ["feFuncR", "feFuncG", "feFuncB"].map((name) =>
    transfer.appendChild(document.createElementNS(svg, name)),
  );
  channels.forEach((channel) => channel.setAttribute("type", "linear"));
  look.append(defs);

  const inverted = () => invert.getAttribute("aria-pressed") === "true";
  const draw = () => {
    const [centre, span] = [level.value / 100, width.value / 100];
    const [slope, intercept] = [1 / span, 0.5 - centre / span];
    channels.forEach((channel) => {
      channel.setAttribute("slope", inverted() ? -slope : slope);
      channel.setAttribute("intercept", inverted() ? 1 - intercept : intercept);
    });
    film.style.filter = span === 1 && centre === 0.5 && !inverted() ? "" : `url("#${filter.id}")`;
    const name = `${level.value} ${width.value}`;
    preset.value = [...preset.options].some((option) => option.value === name) ? name : "";
  };
  const choose = (index) => {
    if (index !== undefined) preset.selectedIndex = index;
    if (!preset.value) return;
    [level.value, width.value] = preset.value.split(" ");
    draw();
  };
  const toggleInvert = () => {
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
  invert.addEventListener("click", toggleInvert);
  return {
    choose,
    invert: toggleInvert,
    moveLevel: (by) => step(level, by),
    moveWidth: (by) => step(width, by),
    reset() {
      invert.setAttribute("aria-pressed", false);
      choose(0);
    },
  };
}
