// The page's main script: it sends films as soon as they are chosen and puts the
// answer into the page. The form works without it.
import { watchFiles } from "./files.js";
import { predict } from "./predict.js";
import { away } from "./away.js";
import { watchAnswer, nameFilms, announcementOf } from "./answer.js";
import { readings } from "./readings.js";

const form = document.querySelector("#upload");
const drop = form.querySelector(".drop");
const status = document.querySelector("#status");
const results = document.querySelector("#results");
const sent = document.querySelector("#sent");

// After this many retries, an upload that keeps breaking off counts as damaged.
const maxBroken = 2;

// With these codes the service is full, for everyone or for this address. The
// films are then sent again, up to maxTurnedAway times, if the service asks for a
// wait of up to maxWait seconds.
const fullCodes = ["busy", "too_many_at_once", "rate_limited"];
const maxTurnedAway = 8;
const maxWait = 60;

// The current upload, or null: {films, abort, broken, turnedAway}. There is one at
// a time. A film is {blob, name, note}.
let job = null;

function show(state) {
  drop.dataset.state = state;
  status.textContent = status.dataset[state] ?? "";
}

// Answers that need no server are templates in the page.
function localAnswer(code) {
  const template = document.querySelector(`template[data-code="${code}"]`);
  return template.content.firstElementChild.cloneNode(true);
}

function whyNotSent(films) {
  if (films.length > Number(form.dataset.maxFilms)) return "too_many_films";
  const size = films.reduce((sum, film) => sum + film.blob.size + 1024, 0); // with 1 kB for the headers of a form part
  return size > Number(form.dataset.maxBytes) ? "body_too_large" : "";
}

function finish(answer, films) {
  job = null;
  away.hide();
  show("idle");
  nameFilms(answer, films);
  watchAnswer(answer, clear);
  results.replaceChildren(answer);
  status.textContent = answer.dataset.code ? "" : announcementOf(answer, status.dataset);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  results.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

async function send() {
  const current = job;
  current.abort = new AbortController();
  show("busy");
  sent.value = 0;
  let answer = null;
  let wait = 0;
  try {
    ({ answer, wait } = await predict(form.action, current.films, current.abort.signal, (share) => {
      if (job === current) sent.value = 100 * share;
    }));
  } catch {
    // No answer at all: the service is down, or the upload broke off.
  }
  if (job !== current) return; // cancelled, or replaced by other films
  if (
    fullCodes.includes(answer?.dataset.code) &&
    wait > 0 &&
    wait <= maxWait &&
    ++current.turnedAway <= maxTurnedAway
  ) {
    show("queued");
    // Spread the retries of a class over time.
    setTimeout(
      () => {
        if (job === current) send();
      },
      1000 * wait * (1 + Math.random() / 2),
    );
    return;
  }
  // NGINX answers "unavailable" when it reaches no frontend.
  if (answer && !["model_unavailable", "unavailable"].includes(answer.dataset.code)) {
    finish(answer, current.films);
    return;
  }
  if (!answer && ++current.broken > maxBroken) {
    finish(localAnswer("malformed_form"), []);
    return;
  }
  show("waiting");
  away.show();
}

function analyse(films) {
  job?.abort?.abort();
  job = null;
  results.replaceChildren(); // never show the number of an earlier film
  const code = whyNotSent(films);
  if (code) {
    finish(localAnswer(code), []);
    return;
  }
  job = { films, broken: 0, turnedAway: 0 };
  send();
}

// clear deletes everything that this page and this browser hold about the films.
function clear() {
  job?.abort?.abort();
  job = null;
  results.replaceChildren();
  readings.clear();
  show("idle");
  status.textContent = status.dataset.cleared;
  form.querySelector("#film").focus();
}

const camera = form.querySelector("#camera");
watchFiles([form.querySelector("#film"), camera], analyse);
form.querySelector("#take").addEventListener("click", () => camera.click());

// The page itself contains an answer when the form was sent without this script.
if (results.firstElementChild) watchAnswer(results.firstElementChild, clear);

// Only films that wait for the model are sent again, not those in flight.
away.onBack(() => {
  if (job && drop.dataset.state === "waiting") send();
});

form.querySelector("#cancel").addEventListener("click", () => {
  job?.abort.abort();
  job = null;
  show("idle");
  status.textContent = status.dataset.cancelled;
  form.querySelector("#film").focus();
});

// A drawn film is sent like any other, with a note that it is drawn.
const offer = form.querySelector(".try");
offer.querySelectorAll("a").forEach((link) => {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      const response = await fetch(link.href);
      if (!response.ok) throw new Error("no drawn film");
      analyse([{ blob: await response.blob(), name: link.dataset.name, note: offer.dataset.note }]);
    } catch {
      away.show();
    }
  });
});
