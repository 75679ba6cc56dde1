// caveatsOf returns a film's caveats as {code, message}, in the page's order.
export function caveatsOf(film) {
  return [...film.querySelectorAll("[data-caveat]")].map((caveat) => ({
    code: caveat.dataset.caveat,
    message: caveat.textContent,
  }));
}
