// Zoom and pan of one film and of what is drawn over it.
const maxZoom = 6;

export function watchView(viewer) {
  const stage = viewer.querySelector(".stage");
  const view = { zoom: 1, x: 0, y: 0 }; // x and y are offsets, as shares of the viewer's side

  const draw = () => {
    const limit = (view.zoom - 1) / 2;
    view.x = Math.min(Math.max(view.x, -limit), limit);
    view.y = Math.min(Math.max(view.y, -limit), limit);
    stage.style.transform = `translate(${100 * view.x}%, ${100 * view.y}%) scale(${view.zoom})`;
    viewer.dataset.zoomed = view.zoom > 1;
  };
  const zoom = (factor) => {
    const before = view.zoom;
    view.zoom = Math.min(Math.max(view.zoom * factor, 1), maxZoom);
    view.x *= view.zoom / before;
    view.y *= view.zoom / before;
    draw();
  };
  const move = (x, y) => {
    view.x += x;
    view.y += y;
    draw();
  };
  const reset = () => {
    view.zoom = 1;
    draw();
  };

  let last = null;
  let travelled = 0;
  viewer.addEventListener("pointerdown", (event) => {
    if (view.zoom === 1 || event.button !== 0) return;
    last = event;
    travelled = 0;
    viewer.setPointerCapture(event.pointerId);
  });
  viewer.addEventListener("pointermove", (event) => {
    if (!last) return;
    const { width, height } = viewer.getBoundingClientRect();
    travelled += Math.hypot(event.clientX - last.clientX, event.clientY - last.clientY);
    move((event.clientX - last.clientX) / width, (event.clientY - last.clientY) / height);
    last = event;
  });
  viewer.addEventListener("pointercancel", () => {
    last = null;
  });
  // A click centres that spot, for readers who cannot drag.
  viewer.addEventListener("pointerup", (event) => {
    if (last && travelled < 4) {
      const box = viewer.getBoundingClientRect();
      move(0.5 - (event.clientX - box.left) / box.width, 0.5 - (event.clientY - box.top) / box.height);
    }
    last = null;
  });
  viewer.addEventListener("dblclick", () => zoom(2));
  viewer.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return; // without Ctrl the wheel scrolls the page
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
    },
    { passive: false },
  );

  return { zoom, move, reset };
}
