// The page's script: it sends films as soon as they are chosen and puts the
// answer into the page. The form works without it.
import { watchFiles } from "./files.js";
import { predict } from "./predict.js";
import { away } from "./away.js";
import { watchAnswer, nameFilms, inWords } from "./answer.js";
import { readings } from "./readings.js";

const form = document.querySelector("#upload");
const drop = form.querySelector(".drop");
const status = document.querySelector("#status");
const results = document.querySelector("#results");
const sent = document.querySelector("#sent");

// How often an upload that broke is sent again before it counts as damaged.
const maxBroken = 2;

// The service is full, for all or for this address, a school's perhaps: then the
// films are sent again by themselves, so often and after so many seconds at most.
const full = ["busy", "too_many_at_once", "rate_limited"];
const maxTurned = 8;
const maxWait = 60;

// The films being read or waiting to be: {films, abort, broken, turned}. One
// upload at a time; a film is {blob, name, note}.
let job = null;

function show(state) {
  drop.dataset.state = state;
  status.textContent = status.dataset[state] ?? "";
}

// The answers that need no server are templates in the page.
function localAnswer(code) {
  const template = document.querySelector(`template[data-code="${code}"]`);
  return template.content.firstElementChild.cloneNode(true);
}

function whyNotSent(films) {
  if (films.length > Number(form.dataset.maxFilms)) return "too_many_films";
  const size = films.reduce((sum, film) => sum + film.blob.size + 1024, 0); // a kilobyte for a part's head
  return size > Number(form.dataset.maxBytes) ? "body_too_large" : "";
}

function finish(answer, films) {
  job = null;
  away.hide();
  show("idle");
  nameFilms(answer, films);
  watchAnswer(answer, clear);
  results.replaceChildren(answer);
  status.textContent = answer.dataset.code ? "" : inWords(answer, status.dataset.done);
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
    // No answer at all: the service itself is away, or the upload broke.
  }
  if (job !== current) return; // cancelled, or other films came
  if (full.includes(answer?.dataset.code) && wait > 0 && wait <= maxWait && ++current.turned <= maxTurned) {
    show("queued");
    // Not all of a class at the same moment.
    setTimeout(
      () => {
        if (job === current) send();
      },
      1000 * wait * (1 + Math.random() / 2),
    );
    return;
  }
  // "unavailable" is NGINX's word for a frontend that is away.
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

function read(films) {
  job?.abort?.abort();
  job = null;
  results.replaceChildren(); // never a number of a film that is not this one
  const code = whyNotSent(films);
  if (code) {
    finish(localAnswer(code), []);
    return;
  }
  job = { films, broken: 0, turned: 0 };
  send();
}

// clear takes everything away that this page or this browser has of the films.
function clear() {
  job?.abort?.abort();
  job = null;
  results.replaceChildren();
  readings.forget();
  show("idle");
  status.textContent = status.dataset.cleared;
  form.querySelector("#film").focus();
}

const camera = form.querySelector("#camera");
watchFiles([form.querySelector("#film"), camera], read);
form.querySelector("#take").addEventListener("click", () => camera.click());

// An answer that came with the page, to a form sent before this script was there.
if (results.firstElementChild) watchAnswer(results.firstElementChild, clear);

// While films are on their way they must not be sent once more.
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

// A drawn film goes the way of any other, and the result says that it is drawn.
const offer = form.querySelector(".try");
offer.querySelectorAll("a").forEach((link) => {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      const response = await fetch(link.href);
      if (!response.ok) throw new Error("no drawn film");
      read([{ blob: await response.blob(), name: link.dataset.name, note: offer.dataset.note }]);
    } catch {
      away.show();
    }
  });
});
