// predict sends films and returns {answer, wait}. answer is the element to show:
// results, or an alert with data-code. wait is the number of seconds after which the
// service wants the films sent again, 0 if it does not say. predict throws when the answer does not come from this
// service. onSent receives the share of the upload that has been sent, which only XMLHttpRequest reports.
export async function predict(url, films, signal, onSent) {
  const body = new FormData();
  for (const film of films) body.append("film", film.blob, "film"); // the real name stays here
  const request = await post(url, body, signal, onSent);
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const answer = page.querySelector("[data-results]");
  if (!answer) throw new Error("not an answer of this service");
  return { answer: document.adoptNode(answer), wait: Number(request.getResponseHeader("Retry-After")) };
}

function post(url, body, signal, onSent) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Pneumoscope-Fragment", "results");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onSent(event.loaded / event.total);
    });
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", () => reject(new Error("no answer")));
    request.addEventListener("abort", () => reject(new Error("cancelled")));
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}
