import { short } from "./words.js";

/** Line charts in plain SVG: a few series over a time, one value axis, a reading under the pointer. */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 480;
const HEIGHT = 150;
const LEFT = 44;
const RIGHT = 8;
const TOP = 10;
const BOTTOM = 20;
const MINUTE = 60 * 1000;

function make(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  if (text !== undefined) {
    element.textContent = text;
  }
  return element;
}

/** A round number at or above the highest value: 1, 2 or 5 times a power of ten. */
function ceiling(highest) {
  if (!(highest > 0)) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 5, 10].map((step) => step * power).find((value) => value >= highest);
}

/** How long ago. */
function labelOf(millis) {
  const count = millis / MINUTE;
  if (count > 90) {
    return `−${Math.round(count / 60)} h`;
  }
  return count > 1 ? `−${Math.round(count)} min` : `−${Math.round(count * 60)} s`;
}

/**
 * A chart that can be brought up to date.
 *
 * @param title what it shows, with the unit
 * @param series names, in the order of the columns given to update
 * @param minutes how far back the axis goes, unless update says otherwise
 */
export function chart(title, series, minutes = 15) {
  let span = minutes * MINUTE;
  const figure = document.createElement("figure");
  figure.className = "chart";
  const caption = document.createElement("figcaption");
  const heading = document.createElement("strong");
  heading.textContent = title;
  caption.append(heading);
  const readings = series.map((name, i) => {
    const key = document.createElement("span");
    key.className = `key s${i}`;
    const value = document.createElement("b");
    key.append(`${name} `, value);
    caption.append(key);
    return value;
  });
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title}: arrow keys read older figures`, tabindex: 0 });
  figure.append(caption, svg);
  let shown = { at: [], columns: [] };
  let pointed; // the time that is read, if it is not the last one

  function x(at, now) {
    return LEFT + (1 - (now - at) / span) * (WIDTH - LEFT - RIGHT);
  }

  function draw() {
    const { at, columns } = shown;
    const now = at.at(-1) ?? 0;
    const top = ceiling(Math.max(0, ...columns.flat()));
    const y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
    const parts = [];
    for (const share of [0, 0.5, 1]) {
      const line = y(share * top);
      parts.push(make("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: line, y2: line, class: "grid" }));
      parts.push(make("text", { x: LEFT - 6, y: line + 4, class: "axis end" }, short(share * top)));
    }
    for (const back of [1, 2 / 3, 1 / 3]) {
      const where = x(now - back * span, now);
      const label = labelOf(back * span);
      parts.push(make("text", { x: where, y: HEIGHT - 4, class: "axis" }, label));
    }
    parts.push(make("text", { x: WIDTH - RIGHT, y: HEIGHT - 4, class: "axis end" }, "now"));
    columns.forEach((column, i) => {
      const points = column.map((value, k) => [x(at[k], now), y(value)]).filter(([left]) => left >= LEFT);
      if (points.length > 0) {
        const path = points.map(([px, py], k) => `${k ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");
        parts.push(make("path", { d: path, class: `line s${i}` }));
        const [px, py] = points[points.length - 1];
        parts.push(make("circle", { cx: px, cy: py, r: 3, class: `dot s${i}` }));
      }
    });
    svg.replaceChildren(...parts);
    read(at.length - 1);
  }

  function read(index) {
    readings.forEach((value, i) => {
      const column = shown.columns[i] ?? [];
      value.textContent = index >= 0 && index < column.length ? short(column[index]) : "–";
    });
  }

  /** The index of what is shown for that time, or for the next to it: what is shown changes as time goes on. */
  function nearest(time) {
    const { at } = shown;
    return at.reduce((best, one, k) => (Math.abs(one - time) < Math.abs(at[best] - time) ? k : best), 0);
  }

  function point(index) {
    const { at } = shown;
    pointed = at[index];
    svg.querySelector(".cross")?.remove();
    const where = x(pointed, at.at(-1));
    svg.append(make("line", { x1: where, x2: where, y1: TOP, y2: HEIGHT - BOTTOM, class: "cross" }));
    read(index);
  }

  function leave() {
    pointed = undefined;
    draw();
  }

  svg.addEventListener("keydown", (event) => {
    const { at } = shown;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step && at.length > 0) {
      event.preventDefault();
      const index = pointed === undefined ? at.length - 1 : nearest(pointed);
      point(Math.min(at.length - 1, Math.max(0, index + step)));
    } else if (event.key === "Escape") {
      leave();
    }
  });
  svg.addEventListener("blur", leave);
  svg.addEventListener("pointermove", (event) => {
    const { at } = shown;
    if (at.length === 0) {
      return;
    }
    const box = svg.getBoundingClientRect();
    const wanted = ((event.clientX - box.left) / box.width) * WIDTH;
    point(nearest(at.at(-1) - (1 - (wanted - LEFT) / (WIDTH - LEFT - RIGHT)) * span));
  });
  svg.addEventListener("pointerleave", leave);

  return {
    element: figure,
    update(at, columns, back = minutes) {
      span = back * MINUTE;
      shown = { at, columns };
      if (pointed === undefined) {
        draw();
      }
    },
  };
}

/** What happened on one thing during the minute before now: a line with a dot for each event, and the events in words. */
export function line(title) {
  const figure = document.createElement("figure");
  figure.className = "chart";
  const caption = document.createElement("figcaption");
  const heading = document.createElement("strong");
  heading.textContent = title;
  caption.append(heading);
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} 44`, role: "img", "aria-label": title });
  const list = document.createElement("ol");
  list.className = "events";
  figure.append(caption, svg, list);

  return {
    element: figure,
    update(events, now) {
      const x = (at) => LEFT + (1 - Math.min(1, (now - at) / MINUTE)) * (WIDTH - LEFT - RIGHT);
      const parts = [make("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: 14, y2: 14, class: "grid" })];
      for (const back of [60, 40, 20]) {
        parts.push(make("text", { x: x(now - back * 1000), y: 38, class: "axis" }, `−${back} s`));
      }
      parts.push(make("text", { x: WIDTH - RIGHT, y: 38, class: "axis end" }, "now"));
      for (const { at, what } of events) {
        const dot = make("circle", { cx: x(at), cy: 14, r: 4, class: "dot s0" });
        dot.append(make("title", {}, what));
        parts.push(dot);
      }
      svg.replaceChildren(...parts);
      list.replaceChildren(...(events.length ? [...events].reverse() : [{ at: null, what: "nothing" }]).map(({ at, what }) => {
        const item = document.createElement("li");
        item.textContent = at === null ? what : `${Math.max(0, Math.round((now - at) / 1000))} s ago: ${what}`;
        return item;
      }));
    },
  };
}
