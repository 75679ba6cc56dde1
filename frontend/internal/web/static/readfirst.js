// Read first: the score stays hidden until the reader has committed to a reading.
import { readings } from "./readings.js";

const key = "pneumoscope.readfirst";
const box = document.querySelector("#readfirst");

try {
  box.checked = localStorage.getItem(key) === "on";
} catch {
  // no storage: the box is off
}
box.addEventListener("change", () => {
  try {
    if (box.checked) localStorage.setItem(key, "on");
    else localStorage.removeItem(key);
  } catch {
    // without storage the choice lasts as long as the page
  }
});

export function hideUntilRead(answer) {
  if (!box.checked) return;
  for (const film of answer.querySelectorAll(".film[data-probability]")) hide(film);
}

function hide(film) {
  film.dataset.unread = "";
  const ask = film.querySelector(".readfirst");
  const said = film.querySelector(".said");
  ask.hidden = false;
  for (const button of ask.querySelectorAll("[data-said]")) {
    button.addEventListener("click", () => {
      const setTruth = readings.add(Number(button.dataset.said), Number(film.dataset.probability));
      delete film.dataset.unread;
      ask.hidden = true;
      said.hidden = false;
      said.querySelector("strong").textContent = button.textContent;
      said.tabIndex = -1;
      said.focus(); // the button that had the focus is hidden now
      watchTruth(said, setTruth);
    });
  }
}

function watchTruth(said, setTruth) {
  const buttons = said.querySelectorAll("[data-truth]");
  for (const button of buttons) {
    button.addEventListener("click", () => {
      buttons.forEach((other) => other.setAttribute("aria-pressed", other === button));
      setTruth(Number(button.dataset.truth));
    });
  }
}
