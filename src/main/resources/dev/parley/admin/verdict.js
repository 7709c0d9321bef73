import { el } from "./elements.js";
import { many, percent } from "./words.js";

const NEARLY_FULL = 0.9;
export const SLOW_MILLIS = 500;

/** What is wrong, each with the view where to look; nothing if all is well. `before` is how it was when the page was opened. */
function faultsOf(is, before = is) {
  const faults = [];
  const fault = (holds, text, view) => holds && faults.push({ text, view });
  for (const node of is.nodes) {
    fault(!node.backplane?.isReachable, `${node.node}: the backplane (${node.backplane?.engine}) does not answer. Nothing that is said is stored.`, "nodes");
    fault(node.doors !== "open", `${node.node} is ${node.doors}: nobody new comes in there.`, "nodes");
  }
  fault(is.connections >= NEARLY_FULL * is.connectionsMax, `This node has ${percent(is.connections / is.connectionsMax)} of the connections that it may have.`, "connections");
  fault(is.heldBytes >= NEARLY_FULL * is.budgetBytes, "The memory for peers and rooms is nearly used up: whoever holds most is closed next.", "connections");
  fault(is.heapMax > 0 && is.heapUsed >= NEARLY_FULL * is.heapMax, `The heap is ${percent(is.heapUsed / is.heapMax)} full.`, "nodes");
  fault(is.processor >= NEARLY_FULL, `The processor is busy (${percent(is.processor)}).`, "rooms");
  fault(is.p99Millis > SLOW_MILLIS, `One message in a hundred takes longer than ${Math.round(is.p99Millis).toLocaleString()} ms to be delivered.`, "connections");
  const slow = (is.closed.slow ?? 0) - (before.closed.slow ?? 0);
  fault(slow > 0, `${many(slow, "connection")} closed as too slow since this page was opened.`, "ended");
  return faults;
}

/** The answer to "is everything well?", on top of the overview. */
export function verdict() {
  const title = el("h3", { id: "verdict-title" }, "…");
  const list = el("ul");
  const element = el("section", { class: "verdict", "aria-labelledby": "verdict-title" }, title, list);
  let before;
  let shown;
  return {
    element,
    show(is) {
      before ??= is;
      const faults = faultsOf(is, before);
      const key = JSON.stringify(faults);
      if (key === shown) {
        return;
      }
      shown = key;
      element.dataset.is = faults.length ? "bad" : "good";
      title.textContent = faults.length ? `${many(faults.length, "thing")} to look at` : "Healthy";
      list.replaceChildren(...(faults.length
        ? faults.map(({ text, view }) => el("li", {}, text, " ", el("a", { href: `#${view}` }, `See ${view}`)))
        : [el("li", {}, "Nothing needs you.")]));
    },
  };
}
