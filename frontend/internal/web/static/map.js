// The map over one film: on or off, and its opacity.
export function watchMap(look) {
  const show = look.querySelector(".map-show");
  if (!show) return null;
  const strength = look.querySelector(".map-strength");
  const viewer = look.querySelector(".viewer");
  const map = look.querySelector(".map");

  const draw = () => {
    viewer.dataset.map = show.checked ? "" : "off";
    strength.disabled = !show.checked;
    map.style.opacity = strength.value / 100;
  };
  show.addEventListener("change", draw);
  strength.addEventListener("input", draw);
  draw();
  return {
    toggle() {
      show.checked = !show.checked;
      draw();
    },
    step(by) {
      strength.value = Number(strength.value) + by;
      draw();
    },
  };
}
