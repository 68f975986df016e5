// The page is written through here: text only, never markup, and only where something changed.

export const byId = (id) => document.getElementById(id);

/** A new element with a class and a text. */
export function element(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A data attribute, which the style sheet reads. */
export function mark(node, name, value) {
  if (node.dataset[name] !== value) node.dataset[name] = value;
}

export function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/**
 * The children of a node, one for each item: kept while their key stays, so that nothing is built anew at each
 * update. `make` returns {node, update(item)}.
 */
export class Rows {
  constructor(parent, make) {
    this.parent = parent;
    this.make = make;
    this.rows = new Map();
  }

  show(items, keyOf) {
    const shown = new Set();
    let next = this.parent.firstElementChild;
    for (const item of items) {
      const key = unused(String(keyOf(item)), shown);
      shown.add(key);
      const row = this.row(key);
      row.update(item);
      if (row.node === next) next = next.nextElementSibling;
      else this.parent.insertBefore(row.node, next);
    }
    this.dropAllBut(shown);
  }

  row(key) {
    let row = this.rows.get(key);
    if (!row) {
      row = this.make();
      this.rows.set(key, row);
    }
    return row;
  }

  dropAllBut(shown) {
    for (const [key, row] of this.rows) {
      if (shown.has(key)) continue;
      row.node.remove();
      this.rows.delete(key);
    }
  }
}

function unused(key, taken) {
  let free = key;
  for (let count = 2; taken.has(free); count += 1) free = `${key} (${count})`;
  return free;
}

/**
 * A table of columns {label, text(item), tone?(item), kind?, fill?(cell, item)}; on a narrow screen each row becomes
 * a card whose cells carry their labels. Roles are spelt out, since a changed display takes them away.
 */
export class Table {
  constructor(parent, columns, { keyOf, empty, caption }) {
    this.keyOf = keyOf;
    this.columns = columns;
    this.empty = element("p", "empty", empty);
    this.table = element("table");
    setRoles(this.table, "table");
    this.table.setAttribute("aria-label", caption);
    const body = element("tbody");
    setRoles(body, "rowgroup");
    this.table.append(this.head(), body);
    this.rows = new Rows(body, () => this.makeRow());
    parent.replaceChildren(this.empty, this.table);
    this.table.hidden = true;
  }

  show(items) {
    this.empty.hidden = items.length > 0;
    this.table.hidden = items.length === 0;
    this.rows.show(items, this.keyOf);
  }

  head() {
    const head = element("thead");
    const row = element("tr");
    setRoles(head, "rowgroup");
    setRoles(row, "row");
    for (const column of this.columns) {
      const cell = element("th", column.kind ?? "", column.label);
      setRoles(cell, "columnheader");
      cell.scope = "col";
      row.append(cell);
    }
    head.append(row);
    return head;
  }

  makeRow() {
    const node = element("tr");
    setRoles(node, "row");
    const cells = this.columns.map((column) => {
      const cell = element("td", column.kind ?? "");
      setRoles(cell, "cell");
      cell.dataset.label = column.label;
      node.append(cell);
      return cell;
    });
    const update = (item) => {
      this.columns.forEach((column, index) => fillCell(cells[index], column, item));
    };
    return { node, update };
  }
}

function fillCell(cell, column, item) {
  if (column.fill) column.fill(cell, item);
  else setText(cell, column.text(item));
  mark(cell, "tone", column.tone ? column.tone(item) : "");
  mark(cell, "empty", String(cell.textContent === "–" || cell.textContent === ""));
}

function setRoles(node, role) {
  node.setAttribute("role", role);
}

/** Pairs of a name and a value: [[name, text, tone?], …]. */
export class Figures {
  constructor(list) {
    this.rows = new Rows(list, makeFigure);
  }

  show(figures) {
    this.rows.show(figures, ([name]) => name);
  }
}

function makeFigure() {
  const node = element("div");
  const name = element("dt");
  const value = element("dd");
  node.append(name, value);
  const update = ([label, text, tone = ""]) => {
    setText(name, label);
    setText(value, text);
    mark(value, "tone", tone);
  };
  return { node, update };
}

/** A bar with its numbers beside it; the width goes through the object model, as the policy wants. */
export function makeGauge() {
  const node = element("div", "gauge");
  const label = element("span", "gauge-name");
  const track = element("div", "track");
  const bar = element("div", "bar");
  const numbers = element("span", "gauge-numbers number");
  track.setAttribute("role", "meter");
  track.setAttribute("aria-valuemin", "0");
  track.setAttribute("aria-valuemax", "100");
  track.append(bar);
  node.append(label, track, numbers);
  const update = ({ name, part, text }) => {
    const percent = Math.round(Math.min(1, Math.max(0, part)) * 100);
    setText(label, name);
    setText(numbers, text);
    setAttribute(track, "aria-label", name);
    setAttribute(track, "aria-valuenow", String(percent));
    setAttribute(track, "aria-valuetext", text);
    mark(node, "tone", part >= 0.8 ? "alarm" : part >= 0.5 ? "warn" : "");
    bar.style.setProperty("width", `${percent}%`);
  };
  return { node, update };
}
