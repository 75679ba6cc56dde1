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

// If the server rendered the page with the banner, wait until the model is back. Waiting does not help if the model
// takes films of another size.
if (!banner.hidden && !("misfit" in banner.dataset)) away.show();
