// One film's tools, by button and by key. Keys work only while the film has the
// focus, so that they do not interfere with the rest of the page.
import { watchView } from "./viewer.js";
import { watchGreys } from "./greys.js";
import { watchMap } from "./map.js";

const shortcuts = document.querySelector("#keys");

export function watchFilm(look) {
  const viewer = look.querySelector(".viewer");
  const view = watchView(viewer);
  const greys = watchGreys(look);
  const map = watchMap(look);
  const reset = () => {
    view.reset();
    greys.reset();
  };

  const click = (selector, action) => look.querySelector(selector).addEventListener("click", action);
  click(".zoom-in", () => view.zoom(1.5));
  click(".zoom-out", () => view.zoom(1 / 1.5));
  click(".view-reset", reset);
  click(".keys", () => shortcuts.showModal());

  const keys = {
    "+": () => view.zoom(1.5),
    "=": () => view.zoom(1.5), // + without Shift
    "-": () => view.zoom(1 / 1.5),
    ArrowLeft: () => view.move(0.1, 0),
    ArrowRight: () => view.move(-0.1, 0),
    ArrowUp: () => view.move(0, 0.1),
    ArrowDown: () => view.move(0, -0.1),
    0: reset,
    1: () => greys.choose(0),
    2: () => greys.choose(1),
    3: () => greys.choose(2),
    4: () => greys.choose(3),
    l: () => greys.moveLevel(-5),
    L: () => greys.moveLevel(5),
    w: () => greys.moveWidth(-5),
    W: () => greys.moveWidth(5),
    i: greys.invert,
    m: () => map?.toggle(),
    ",": () => map?.step(-10),
    ".": () => map?.step(10),
    "?": () => shortcuts.showModal(),
  };
  viewer.tabIndex = 0;
  viewer.setAttribute("role", "group");
  viewer.setAttribute("aria-label", viewer.dataset.label);
  viewer.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !Object.hasOwn(keys, event.key)) return;
    // Arrows scroll the page unless the film is enlarged.
    if (event.key.startsWith("Arrow") && viewer.dataset.zoomed !== "true") return;
    event.preventDefault();
    keys[event.key]();
  });
}
