// Follows a run: the page was made on the server, and is made anew there when the run has ended.
"use strict";

const part = document.querySelector("[data-events]");

function show(event) {
  const { progress, models } = event;
  part.querySelector("[data-told]").textContent =
    `${progress.answered} of ${progress.asked} answered, ${progress.graded} graded, ${progress.unscored} unscored`;
  part.querySelector("[data-all]").value = progress.graded + progress.unscored;
  for (const bar of part.querySelectorAll("[data-model]")) {
    const own = models[bar.dataset.model];
    if (own) bar.value = own.graded + own.unscored;
  }
  for (const cell of part.querySelectorAll("[data-count]")) {
    const own = models[cell.dataset.count];
    if (own) cell.textContent = own.graded + own.unscored;
  }
}

if (part && "EventSource" in window) {
  const source = new EventSource(part.dataset.events);
  source.addEventListener("progress", (event) => show(JSON.parse(event.data)));
  source.addEventListener("ended", () => {
    source.close();
    location.reload();
  });
}
