import { caveatsOf } from "./caveats.js";

// Saves the results as CSV or JSON, made in the browser. Numbers have a decimal
// point in every language, so that programs can read them.
function rowsOf(answer) {
  return [...answer.querySelectorAll(".film")].map((film) => ({
    film: film.querySelector(".film-title").textContent,
    probability: film.dataset.probability ? Number(film.dataset.probability) : null,
    verdict: film.dataset.verdict ?? null,
    refusal: film.dataset.code ?? null,
    caveats: caveatsOf(film),
  }));
}

// A spreadsheet would run a cell that begins like a formula: a ' prevents it.
function cell(value) {
  const text = String(value ?? "");
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function csv(answer) {
  const lines = rowsOf(answer).map(({ film, probability, verdict, refusal, caveats }) => [
    film,
    probability,
    verdict,
    refusal,
    caveats.map(({ code }) => code).join(" "),
    caveats.map(({ message }) => message).join(" "),
    answer.dataset.model,
    answer.dataset.notice,
  ]);
  return [["film", "probability", "verdict", "refusal", "caveats", "caveat_messages", "model", "notice"], ...lines]
    .map((line) => line.map(cell).join(",") + "\r\n")
    .join("");
}

function json(answer) {
  return JSON.stringify(
    { films: rowsOf(answer), model: answer.dataset.model ?? null, notice: answer.dataset.notice },
    null,
    2,
  );
}

function save(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export function watchExport(answer) {
  answer
    .querySelector(".export-csv")
    ?.addEventListener("click", () => save("pneumoscope.csv", "text/csv", csv(answer)));
  answer
    .querySelector(".export-json")
    ?.addEventListener("click", () => save("pneumoscope.json", "application/json", json(answer)));
  answer.querySelector(".print")?.addEventListener("click", () => print());
}
