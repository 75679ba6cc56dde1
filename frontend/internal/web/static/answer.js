// Connects the controls of an answer that has been put into the page.
import { watchFilm } from "./film.js";
import { watchMeaning } from "./meaning.js";
import { watchExport } from "./export.js";
import { hideUntilRead } from "./readfirst.js";
import { caveatsOf } from "./caveats.js";

export function watchAnswer(answer, onClear) {
  answer.querySelectorAll(".look").forEach(watchFilm);
  answer.querySelectorAll(".meaning").forEach(watchMeaning);
  answer.querySelector(".clear")?.addEventListener("click", onClear);
  watchExport(answer);
  hideUntilRead(answer);
}

// nameFilms writes the file names, which only this page knows, and each film's
// note as a caveat.
export function nameFilms(answer, films) {
  films.forEach(({ name, note }, i) => {
    if (name)
      answer.querySelectorAll(`[data-name="${i}"]`).forEach((title) => {
        title.textContent = name;
      });
    const film = answer.querySelector(`.film[data-film="${i}"] .film-title`);
    if (note && film) {
      const caveat = document.createElement("p");
      caveat.className = "caveat";
      caveat.dataset.caveat = "drawn";
      caveat.textContent = note;
      film.after(caveat);
    }
  });
}

// announcementOf returns what a screen reader hears: for one film its verdict,
// number and caveats, otherwise a fixed sentence. It never gives away a result that
// is still hidden.
export function announcementOf(answer, { done, ready }) {
  if (answer.querySelector("[data-unread]")) return ready;
  const scores = answer.querySelectorAll(".film .score");
  if (scores.length !== 1 || answer.querySelectorAll(".film").length !== 1) return done;
  const said = [".verdict", ".number"]
    .map((part) => scores[0].querySelector(part)?.textContent.trim())
    .filter(Boolean)
    .join(" ");
  const caveats = caveatsOf(scores[0].closest(".film")).map(({ message }) => message);
  return [`${said}.`, ...caveats].join(" ");
}
