// Films arrive from the file picker, by a drop anywhere on the page, or by paste.

const holdsFiles = (transfer) => [...(transfer?.types ?? [])].includes("Files");

// watchFiles calls onFilms with [{blob, name}]. Names are shown and never sent.
export function watchFiles(inputs, onFilms) {
  const take = (files) => {
    const films = [...files].map((file) => ({ blob: file, name: file.name }));
    if (films.length > 0) onFilms(films);
  };

  for (const input of inputs) {
    input.addEventListener("change", () => {
      take(input.files);
      input.value = ""; // so that the same film can be chosen again
    });
  }

  const dragging = (on) => document.body.classList.toggle("dragging", on);
  addEventListener("dragover", (event) => {
    if (!holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    dragging(true);
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) dragging(false); // left the window
  });
  addEventListener("drop", (event) => {
    dragging(false);
    if (!holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) take(event.clipboardData.files);
  });
}
