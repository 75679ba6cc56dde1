// The banner that says that the model is away, and the polling that takes it off.
const interval = 3000;
const banner = document.querySelector("#away");
let timer = 0;
let back = () => {};

async function ask() {
  timer = 0;
  let ready = false;
  try {
    ready = (await fetch("/readyz", { cache: "no-store" })).ok;
  } catch {
    // not even the service answers
  }
  if (banner.hidden) return; // an answer came meanwhile
  if (ready) {
    banner.hidden = true;
    back();
  } else {
    timer = setTimeout(ask, interval);
  }
}

export const away = {
  onBack(callback) {
    back = callback;
  },
  show() {
    banner.hidden = false;
    if (!timer) timer = setTimeout(ask, interval);
  },
  hide() {
    banner.hidden = true;
    clearTimeout(timer);
    timer = 0;
  },
};

if (!banner.hidden) away.show(); // the server said so
