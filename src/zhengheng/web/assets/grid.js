// In a table marked data-grid the arrow keys move from cell to cell, and Tab passes it as one stop.
const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

walk(document);
document.addEventListener("htmx:load", (event) => walk(event.target));

function walk(part) {
  for (const table of part.querySelectorAll("table[data-grid]")) make(table);
}

function make(table) {
  if (table.dataset.grid) return;
  table.dataset.grid = "walked";
  const links = [...table.tBodies].flatMap((body) => [...body.querySelectorAll("td a")]);
  for (const link of links.slice(1)) link.tabIndex = -1;
  table.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const cell = event.target.closest("td");
    if (!step || !cell) return;
    event.preventDefault();
    let row = cell.parentElement.rowIndex, column = cell.cellIndex, link = null;
    do {
      row += step[0];
      column += step[1];
      link = table.rows[row]?.cells[column]?.querySelector("td a") ?? null;
      if (!table.rows[row]?.cells[column]) return;
    } while (!link);
    event.target.tabIndex = -1;
    link.tabIndex = 0;
    link.focus();
  });
}
