// Sorting, filtering and opening: the page is complete without them.
const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function sortKey(row, column) {
  const cell = row.cells[column];
  if (!cell.classList.contains("n")) return cell.textContent.trim();
  return Number(cell.dataset.sort ?? cell.textContent.replace(/[^\d.-]/g, ""));
}

function compare(a, b) {
  if (typeof a === "string" || typeof b === "string") return order.compare(String(a), String(b));
  return (Number.isNaN(a) ? -1 : a) - (Number.isNaN(b) ? -1 : b);
}

function sort(table, column, direction) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, value: sortKey(row, column) }));
  rows.sort((a, b) => compare(a.value, b.value) * direction);
  body.append(...rows.map(({ row }) => row));
  for (const [i, head] of [...table.tHead.rows[0].cells].entries())
    head.setAttribute("aria-sort", i !== column ? "none" : direction === 1 ? "ascending" : "descending");
}

function makeSortable(table) {
  if (table.tBodies[0].rows.length < 2) return;
  for (const [column, head] of [...table.tHead.rows[0].cells].entries()) {
    if (head.textContent === "") continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    // Numbers are asked for from the greatest down first.
    const first = head.classList.contains("n") ? "descending" : "ascending";
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      const next = now === "none" ? first : now === "ascending" ? "descending" : "ascending";
      sort(table, column, next === "ascending" ? 1 : -1);
    });
  }
}

function makeFilter(grid) {
  const rows = grid.querySelectorAll(":scope > details, :scope > .frame > table > tbody > tr");
  if (rows.length < 5) return;
  const bar = document.createElement("p");
  bar.className = "filter";
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "search";
  label.append(`Filter ${grid.dataset.filter} `, input);
  const count = document.createElement("output");
  bar.append(label, count);
  grid.prepend(bar);
  // Of a table's details only what is seen when they are closed.
  const texts = [...rows].map((row) => (row.querySelector(":scope > summary") ?? row).textContent.toLowerCase());
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase().trim().split(/\s+/);
    let shown = 0;
    for (const [i, row] of rows.entries()) {
      row.hidden = !wanted.every((word) => texts[i].includes(word));
      if (!row.hidden) shown++;
    }
    count.textContent = input.value.trim() === "" ? "" : `${shown} of ${rows.length}`;
  });
}

/** Opens what a link leads into. */
function reveal() {
  const target = document.getElementById(location.hash.slice(1));
  const details = target?.closest("details");
  if (!details) return;
  details.hidden = false;
  details.open = true;
  details.scrollIntoView();
}

for (const table of document.querySelectorAll("table[data-sortable]")) {
  // Hundreds of tables have details: each is made ready when it is first seen.
  const details = table.closest("details");
  if (details === null) makeSortable(table);
  else details.addEventListener("toggle", () => makeSortable(table), { once: true });
}
for (const grid of document.querySelectorAll("[data-filter]")) makeFilter(grid);
addEventListener("hashchange", reveal);
reveal();
