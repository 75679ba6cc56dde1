// predict sends films and returns the element to show: results, or an alert
// with data-code. It throws when there is no answer of this service.
export async function predict(url, films, signal) {
  const body = new FormData();
  for (const film of films) body.append("film", film.blob, "film"); // its name stays here
  const response = await fetch(url, {
    method: "POST",
    body,
    signal,
    headers: { "Pneumoscope-Fragment": "results" },
  });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const answer = page.querySelector("[data-results]");
  if (!answer) throw new Error("not an answer of this service");
  return document.adoptNode(answer);
}
