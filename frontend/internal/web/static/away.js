// The banner that says that the model is not responding. It polls /readyz and goes
// away when the model is back.
const interval = 3000;
const banner = document.querySelector("#away");
let timer = 0;
let whenBack = () => {};

async function poll() {
  timer = 0;
  let ready = false;
  try {
    ready = (await fetch("/readyz", { cache: "no-store" })).ok;
  } catch {
    // the frontend does not answer either
  }
  if (banner.hidden) return; // hidden in the meantime by an answer
  if (ready) {
    banner.hidden = true;
    whenBack();
  } else {
    timer = setTimeout(poll, interval);
  }
}

export const away = {
  onBack(callback) {
    whenBack = callback;
  },
  show() {
    banner.hidden = false;
    if (!timer) timer = setTimeout(poll, interval);
  },
  hide() {
    banner.hidden = true;
    clearTimeout(timer);
    timer = 0;
  },
};

// The server rendered the page with the banner. A model that takes films of another size does not come back by itself.
if (!banner.hidden && !("misfit" in banner.dataset)) away.show();
