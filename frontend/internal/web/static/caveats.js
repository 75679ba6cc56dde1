// caveatsOf is why a film's number may not hold, as the page says it and in its order.
export function caveatsOf(film) {
  return [...film.querySelectorAll("[data-caveat]")].map((caveat) => ({
    code: caveat.dataset.caveat,
    message: caveat.textContent,
  }));
}
