import { el, keepFocus } from "./elements.js";

/**
 * A table whose rows keep their elements while what they are about stays, so that focus and selection survive. On a narrow
 * screen each row is a card. A column with `sort` has a button in its head, and `sorted(sort)` is told when it is pressed.
 */
export function table(label, columns, keyOf, { empty = "Nothing here.", sorted } = {}) {
  const body = el("tbody", { role: "rowgroup" });
  const nothing = el("p", { class: "empty" }, empty);
  const heads = columns.map(headOf);
  const grid = el("table", { role: "table", "aria-label": label },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...heads)), body);
  const element = el("div", { class: sorted ? "table sortable" : "table", tabindex: "0", role: "region", "aria-label": label }, grid, nothing);
  const known = new Map();

  function headOf(column) {
    const head = el("th", { scope: "col", role: "columnheader", class: classOf(column), "data-sort": column.sort });
    if (column.sort) {
      const press = () => {
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", column.number ? "descending" : "ascending");
        sorted(column.sort);
      };
      head.append(el("button", { type: "button", class: "sort", on: { click: press } }, column.name));
      if (column.first) {
        head.setAttribute("aria-sort", column.number ? "descending" : "ascending");
      }
    } else {
      head.append(el("span", { class: column.actions && "unseen" }, column.name));
    }
    return head;
  }

  function lineOf() {
    return el("tr", { role: "row" }, ...columns.map((column) =>
      el("td", { role: "cell", class: classOf(column), "data-label": column.actions ? null : column.name })));
  }

  function fill(cell, column, row, key) {
    if (column.build) {
      const state = JSON.stringify(column.state?.(row) ?? key);
      if (cell.dataset.state !== state) {
        cell.dataset.state = state;
        cell.replaceChildren(column.build(row));
      }
      return;
    }
    const text = String(column.text(row));
    if (cell.textContent !== text) {
      cell.textContent = text;
      cell.title = text;
    }
  }

  function show(rows) {
    nothing.hidden = rows.length > 0;
    grid.hidden = rows.length === 0;
    const seen = new Set();
    rows.forEach((row, index) => {
      const key = keyOf(row);
      seen.add(key);
      if (!known.has(key)) {
        known.set(key, lineOf());
      }
      const line = known.get(key);
      columns.forEach((column, i) => fill(line.children[i], column, row, key));
      if (body.children[index] !== line) {
        body.insertBefore(line, body.children[index] ?? null);
      }
    });
    for (const [key, line] of known) {
      if (!seen.has(key)) {
        line.remove();
        known.delete(key);
      }
    }
  }

  return {
    element,
    update(rows) {
      const cell = document.activeElement.closest("td");
      const place = cell && { row: [...body.children].indexOf(cell.parentElement), column: cell.cellIndex };
      keepFocus(element, () => show(rows), () => {
        const line = place && body.children[Math.min(place.row, body.children.length - 1)];
        return line?.children[place.column].querySelector("button:enabled") ?? element;
      });
    },
  };
}

function classOf(column) {
  return [column.number && "number", column.wrap && "wrap", column.actions && "actions"].filter(Boolean).join(" ") || null;
}
