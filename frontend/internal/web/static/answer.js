// What an answer can do once it is in the page.
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

// nameFilms writes the films' own names, which only this page knows, and what
// is to be said of them.
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

// inWords is what a screen reader is told: the words and the number of one film,
// and why they may not hold.
export function inWords(answer, otherwise) {
  const scores = answer.querySelectorAll(".film .score");
  if (scores.length !== 1 || answer.querySelectorAll(".film").length !== 1 || answer.querySelector("[data-unread]"))
    return otherwise;
  const said = [".verdict", ".number"]
    .map((part) => scores[0].querySelector(part)?.textContent.trim())
    .filter(Boolean)
    .join(" ");
  const caveats = caveatsOf(scores[0].closest(".film")).map(({ message }) => message);
  return [`${said}.`, ...caveats].join(" ");
}
