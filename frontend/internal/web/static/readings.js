// A student's own readings, kept only in this browser: the answer, the model's
// score, and the final diagnosis if it is known. No film and no name is kept.
const key = "pneumoscope.readings";
const section = document.querySelector("#readings");

function load() {
  try {
    const list = JSON.parse(localStorage.getItem(key));
    return Array.isArray(list) ? list : [];
  } catch {
    return []; // no storage, or not in our format
  }
}

function save(list) {
  try {
    localStorage.setItem(key, JSON.stringify(list));
  } catch {
    // without storage the table lasts as long as the page
  }
  show(list);
}

const percent = (share) => new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(share);

function show(list) {
  section.hidden = list.length === 0;
  for (const row of section.querySelectorAll("tr[data-said]")) {
    const mine = list.filter((reading) => reading.said === Number(row.dataset.said));
    const known = mine.filter((reading) => reading.truth !== null);
    const ill = known.filter((reading) => reading.truth === 1);
    const mean = mine.reduce((sum, reading) => sum + reading.score, 0) / mine.length;
    const texts = [
      mine.length,
      known.length,
      known.length ? `${ill.length} (${percent(ill.length / known.length)})` : "–",
      mine.length ? percent(mean) : "–",
    ];
    row.querySelectorAll("td").forEach((cell, i) => {
      cell.textContent = texts[i];
    });
  }
}

export const readings = {
  // add returns a function that sets the diagnosis of this reading later.
  add(said, score) {
    save([...load(), { said, score, truth: null }].slice(-1000));
    let known = null;
    return (truth) => {
      // Readings with equal values are interchangeable.
      const list = load();
      const mine = list.find((reading) => reading.said === said && reading.score === score && reading.truth === known);
      if (!mine) return; // deleted in the meantime
      known = mine.truth = truth;
      save(list);
    };
  },
  clear() {
    try {
      localStorage.removeItem(key);
    } catch {
      // there was nothing to delete
    }
    show([]);
  },
};

section.querySelector("#forget").addEventListener("click", readings.clear);
show(load());
