import { chart, line as eventLine } from "./charts.js";
import { el, keepFocus } from "./elements.js";
import { table } from "./table.js";
import { SLOW_MILLIS, verdict } from "./verdict.js";
import { ago, bytes, many, moment, named, percent, sentenceOf, short } from "./words.js";

/** Where the console is, without the name and password that an address may hold. */
const HERE = location.origin + location.pathname;

const main = document.getElementById("main");
const state = document.getElementById("state");
const RANKS = { viewer: 0, operator: 1, admin: 2 };
let session = null;
let socket = null;
let retry = 0;
let current = null;
let told = { at: Date.now(), here: performance.now() };

/** By the node's clock: this machine's may differ, and may be set while the page is open. */
const now = () => told.at + performance.now() - told.here;

const may = (role) => session !== null && RANKS[session.role] >= RANKS[role];

/* ---- talking to the node ---- */

async function fetchSession() {
  const answer = await fetch(new URL("session", HERE), { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    throw new Error(`session: ${answer.status}`);
  }
  const before = session?.role;
  session = await answer.json();
  if (session.role !== before) {
    open(); // what may be pressed depends on it
  }
  document.getElementById("who").textContent = `${session.user} · ${session.role} · ${session.node}`;
}

/** The node takes a ticket once, so a fresh one; what it answers makes the browser forget name and password. */
async function signOut() {
  try {
    await fetchSession();
  } catch {
    return toast("The node does not answer.");
  }
  const address = new URL("sign-out", HERE);
  address.searchParams.set("ticket", session.ticket);
  location.replace(address);
}

document.getElementById("sign-out").addEventListener("click", signOut);

function tell(message) {
  if (socket?.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify(message));
  }
}

function note(text, kind) {
  state.textContent = text;
  state.className = kind;
}

async function connect() {
  try {
    await fetchSession();
  } catch {
    return later("cannot sign in");
  }
  const address = new URL("ws", HERE);
  address.protocol = address.protocol.replace("http", "ws");
  address.searchParams.set("ticket", session.ticket);
  const opened = new WebSocket(address);
  socket = opened;
  const lease = setInterval(async () => {
    try {
      await fetchSession();
      tell({ ticket: session.ticket });
    } catch {
      opened.close();
    }
  }, 25_000);
  opened.onopen = () => {
    retry = 0;
    note("live", "live");
    ask();
  };
  opened.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    told = { at: message.at, here: performance.now() };
    if (message.view === current?.ask().view) {
      current.show(message.is);
    }
  };
  opened.onclose = ({ code }) => {
    clearInterval(lease);
    later(code === 4500 || code === 4002 ? "signing in again" : "connection lost");
  };
}

function later(why) {
  note(`${why}, trying again…`, "off");
  setTimeout(connect, Math.random() * Math.min(20_000, 1_000 * 2 ** retry++) + 500);
}

const ask = () => current && tell(current.ask());

async function act(method, path, body) {
  const headers = { "X-Parley-Token": session.token };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  let text;
  try {
    const answer = await fetch(new URL(`api/v1/${path}`, HERE), { method, headers, body: body && JSON.stringify(body) });
    text = answer.ok ? "Done." : (await answer.json()).detail;
  } catch {
    text = "The node does not answer.";
  }
  toast(text);
  ask();
}

let hiding;
function toast(text) {
  const place = document.getElementById("toast");
  place.textContent = text;
  place.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (place.hidden = true), 4_000);
}

/** Asks before something is done; a word to type makes sure that it is meant. */
function confirmed(title, text, { word, fields = [], verb = "Do it", bad = true } = {}) {
  const dialog = document.getElementById("dialog");
  return new Promise((resolve) => {
    const inputs = fields.map((field) => [field.name, el(field.kind ?? "input", field.attributes ?? {}, ...(field.children ?? []))]);
    const typed = word && el("input", { autocomplete: "off", "aria-label": `Type ${word}` });
    const go = el("button", { value: "go", class: bad ? "bad" : "main", disabled: Boolean(word) }, verb);
    typed?.addEventListener("input", () => (go.disabled = typed.value !== word));
    const form = el("form", { method: "dialog" },
      el("h2", { id: "dialog-title" }, title),
      el("p", {}, text),
      ...inputs.map(([name, input]) => el("label", {}, name, input)),
      ...(typed ? [el("label", {}, `Type ${word} to confirm`, typed)] : []),
      el("div", { class: "bar" }, el("button", { type: "button", on: { click: () => dialog.close() } }, "Cancel"), go)); // Enter is not for it
    dialog.replaceChildren(form);
    dialog.returnValue = "";
    dialog.onclose = () => {
      if (document.activeElement === document.body) {
        main.focus(); // what it was opened by has gone meanwhile
      }
      resolve(dialog.returnValue === "go" ? Object.fromEntries(inputs.map(([name, input]) => [name, input.value])) : null);
    };
    dialog.showModal();
  });
}

/* ---- parts of pages ---- */

function tile(name) {
  const value = el("dd", {}, "–");
  const element = el("dl", { class: "tile" }, el("dt", {}, name), value);
  return {
    element,
    set(text, unit = "", bad = false) {
      value.classList.toggle("long", String(text).length > 10);
      value.replaceChildren(String(text), ...(unit ? [el("small", {}, unit)] : []));
      element.classList.toggle("bad", bad);
    },
  };
}

const since = (instant) => ago(now() - Date.parse(instant));
const newest = (rows) => rows.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
const roundTrip = (row) => (row.roundTripMicros < 0 ? "–" : `${(row.roundTripMicros / 1_000).toFixed(1)} ms`);
const expiry = (row) => {
  if (!row.expires) {
    return "–";
  }
  const left = Date.parse(row.expires) - now();
  return left > 0 ? `ends in ${ago(left)}` : "has ended";
};
const silent = (is) => (is.silent.length ? ` No answer from ${is.silent.join(", ")}.` : "");

/** One row for what is on several nodes: the rows of the same key, put together. */
function together(rows, key, merge) {
  const found = new Map();
  for (const row of rows) {
    const known = found.get(row[key]);
    found.set(row[key], known ? { ...merge(known, row), nodes: known.nodes + 1 } : { ...row, nodes: 1 });
  }
  return [...found.values()];
}

const button = (text, listener, { bad = false, role = "operator" } = {}) =>
  el("button", { type: "button", class: bad && "bad", disabled: !may(role), title: may(role) ? null : `needs the role parley-${role}`, on: { click: listener } }, text);
const link = (text, hash) => el("button", { type: "button", class: "link", on: { click: () => (location.hash = hash) } }, text);

const aimedAt = (row) => new URLSearchParams(row.user ? { user: row.user, ...(row.source && { source: row.source }) } : { address: row.address });

const disconnect = async ({ connection, user, source, address }) =>
  (await confirmed("Disconnect", `Connection ${connection} of ${user ? named(user, source) : "nobody known"} from ${address} is closed. It may come back.`, { verb: "Disconnect" }))
  && act("DELETE", `connections/${connection}`);

const disconnectUser = async (user, source) =>
  (await confirmed("Disconnect", `All connections of ${named(user, source)}, on all nodes, are closed. It may come back.`, { verb: "Disconnect" }))
  && act("DELETE", `connections?${aimedAt({ user, source })}`);

async function block(kind, value, source) {
  const given = await confirmed("Block", `${named(value, source)} is disconnected, and kept out for a time, on all nodes.`, {
    verb: "Block",
    fields: [{ name: "Minutes", attributes: { type: "number", min: 1, max: 525600, value: 60 } }],
  });
  if (given) {
    await act("POST", "blocks", { [kind]: value, ...(source && { source }), seconds: Math.round(Number(given.Minutes) * 60) });
  }
}

/* ---- the views: what each asks for, and how it shows the answer ---- */

const RANGES = [["15", "15 minutes"], ["60", "hour"], ["360", "6 hours"], ["1440", "day"]];

function overview() {
  const names = ["Accepting connections", "Connections", "Rooms", "Messages in", "Messages out", "Delivery", "Resumed", "Processor", "Heap", "Memory", "Closed as too slow", "Never sent", "Handshakes refused", "Backplane", "Nodes"];
  const tiles = Object.fromEntries(names.map((name) => [name, tile(name)]));
  const judgement = verdict();
  const range = el("select", { on: { change: () => ask() } }, ...RANGES.map(([minutes, text]) => el("option", { value: minutes }, `Last ${text}`)));
  const charts = {
    connections: chart("Connections", ["open"]),
    messages: chart("Messages a second", ["in", "out"]),
    delivery: chart("Delivery in milliseconds", ["p50", "p99"]),
    machine: chart("Processor and heap in %", ["processor", "heap"]),
    volume: chart("Bytes a second", ["in", "out"]),
  };
  const pairs = [{ name: "Cause", text: ([cause]) => cause }, { name: "How often", number: true, text: ([, count]) => count.toLocaleString() }];
  const closed = table("Ends of connections", pairs, ([cause]) => cause, { empty: "No connection has ended yet." });
  const refused = table("Refused handshakes", pairs, ([cause]) => cause, { empty: "No handshake has been refused." });
  main.replaceChildren(
    el("h2", {}, "Overview"),
    judgement.element,
    el("div", { class: "tiles" }, ...names.map((name) => tiles[name].element)),
    el("div", { class: "bar range" }, el("label", {}, "Range of the charts", range)),
    el("div", { class: "charts" }, ...Object.values(charts).map((one) => one.element)),
    el("div", { class: "pair" },
      el("section", {}, el("h3", {}, "Ends of connections"), closed.element),
      el("section", {}, el("h3", {}, "Refused handshakes"), refused.element)));
  return {
    ask: () => ({ view: "overview", minutes: range.value }),
    show(is) {
      judgement.show(is);
      showFigures(tiles, is);
      const { history } = is;
      const back = history.minutes;
      charts.connections.update(history.at, [history.connections], back);
      charts.messages.update(history.at, [history.in, history.out], back);
      charts.delivery.update(history.at, [history.p50Millis, history.p99Millis], back);
      charts.machine.update(history.at, [history.processor, history.heap], back);
      charts.volume.update(history.at, [history.bytesIn, history.bytesOut], back);
      closed.update(Object.entries(is.closed).sort((a, b) => b[1] - a[1]));
      refused.update(Object.entries(is.refused).sort((a, b) => b[1] - a[1]));
    },
  };
}

function showFigures(tiles, is) {
  const everywhere = is.nodes.reduce((sum, node) => sum + node.connections, 0);
  const lost = Object.entries(is.resumes).reduce((sum, [outcome, count]) => sum + (outcome === "ok" ? 0 : count), 0);
  const isOpen = is.doors === "open";
  tiles["Accepting connections"].set(isOpen ? "yes" : "no", isOpen ? "" : `this node is ${is.doors}`, !isOpen);
  tiles.Connections.set(is.connections.toLocaleString(), `on this node, of ${short(is.connectionsMax)}`, is.connections >= is.connectionsMax);
  tiles.Rooms.set(is.rooms.toLocaleString(), "with members");
  tiles["Messages in"].set(short(is.messagesInPerSecond), "a second");
  tiles["Messages out"].set(short(is.messagesOutPerSecond), `a second, ${bytes(is.bytesOutPerSecond)}`);
  tiles.Delivery.set(`${short(is.p99Millis)} ms`, `99 of 100 take less; half take ${short(is.p50Millis)} ms or less`, is.p99Millis > SLOW_MILLIS);
  tiles.Resumed.set(`${short(is.resumes.ok ?? 0)} without loss`, `${short(lost)} with loss`);
  tiles.Processor.set(is.processor < 0 ? "–" : percent(is.processor), "of this machine, by Parley’s server");
  tiles.Heap.set(is.heapMax > 0 ? percent(is.heapUsed / is.heapMax) : bytes(is.heapUsed), is.heapMax > 0 ? `of ${bytes(is.heapMax)}` : "");
  tiles.Memory.set(percent(is.heldBytes / is.budgetBytes), `of ${bytes(is.budgetBytes)}, held for peers and rooms`, is.heldBytes >= is.budgetBytes);
  tiles["Closed as too slow"].set((is.closed.slow ?? 0).toLocaleString(), `${many(is.waiting, "message")} waiting now, ${is.deepest} at most`);
  tiles["Never sent"].set(short(is.dropped), "messages, to peers too slow or gone");
  tiles["Handshakes refused"].set(Object.values(is.refused).reduce((sum, count) => sum + count, 0).toLocaleString());
  tiles.Backplane.set(is.backplane.engine, is.backplane.isReachable ? `answers; lag ${is.backplane.lagMillis} ms, ${many(is.backplane.repairs, "repair")}` : "does not answer", !is.backplane.isReachable);
  tiles.Nodes.set(is.nodes.length.toLocaleString(), `${many(everywhere, "connection")} in all`, is.nodes.some((node) => !node.backplane?.isReachable));
}

function doors(node) {
  const badge = el("span", { class: `badge ${node.doors}` }, node.doors === "open" ? "yes" : `no, ${node.doors}`);
  if (node.doors !== "draining") {
    return badge;
  }
  const whole = Math.max(node.drainedFrom, node.connections, 1);
  const gone = whole - node.connections;
  return el("div", { class: "drain" }, badge, el("progress", { max: whole, value: gone, "aria-label": "drained" }), `${gone.toLocaleString()} of ${whole.toLocaleString()} gone`);
}

function nodes() {
  const turn = async (node, wanted) => {
    const texts = {
      paused: "Nobody new comes in; who is in stays.",
      draining: "Nobody new comes in, and all connections are closed, a few at a time; clients come back elsewhere.",
    };
    if (wanted === "open" || (await confirmed(wanted === "paused" ? "Pause" : "Drain", `${node}: ${texts[wanted]}`, { word: wanted === "draining" ? node : undefined, verb: wanted === "paused" ? "Pause" : "Drain" }))) {
      await act("PUT", `nodes/${encodeURIComponent(node)}/doors`, { state: wanted });
    }
  };
  const list = table("Nodes", [
    { name: "Node", text: (node) => node.node },
    { name: "Accepting connections", state: (node) => [node.doors, node.doors === "draining" && node.connections], build: doors },
    { name: "Connections", number: true, text: (node) => `${node.connections.toLocaleString()} of ${short(node.connectionsMax)}` },
    { name: "In /s", number: true, text: (node) => short(node.messagesInPerSecond) },
    { name: "Out /s", number: true, text: (node) => short(node.messagesOutPerSecond) },
    { name: "Heap", number: true, text: (node) => `${Math.round((100 * node.heapUsed) / node.heapMax)} % of ${bytes(node.heapMax)}` },
    { name: "Memory held", number: true, text: (node) => (node.budgetBytes ? `${bytes(node.heldBytes)} of ${bytes(node.budgetBytes)}` : "–") },
    { name: "Up", number: true, text: (node) => ago(node.uptimeSeconds * 1_000) },
    { name: "Backplane", text: (node) => (node.backplane.isReachable ? `${node.backplane.engine}, lag ${node.backplane.lagMillis} ms` : `${node.backplane.engine} away`) },
    { name: "Version", text: (node) => node.version },
    { name: "Server", text: (node) => node.server.split(/\/| \(/)[0] },
    {
      name: "Actions", actions: true, state: (node) => [node.doors, session?.role], build: (node) => el("div", { class: "bar" },
        ...(node.doors === "open" ? [button("Pause", () => turn(node.node, "paused"))] : [button("Open", () => turn(node.node, "open"))]),
        ...(node.doors === "draining" ? [] : [button("Drain", () => turn(node.node, "draining"), { bad: true })])),
    },
  ], (node) => node.node);
  main.replaceChildren(el("h2", {}, "Nodes"), el("p", { class: "hint" }, "As each last said of itself, every five seconds."), list.element);
  return { ask: () => ({ view: "nodes" }), show: (is) => list.update(is.nodes) };
}

function connections(filter = {}) {
  const inputs = Object.fromEntries(["user", "address", "room", "node"].map((name) => [name, el("input", { type: "search", value: filter[name] ?? "", autocomplete: "off", on: { change: ask } })]));
  const head = el("p", { class: "hint" });
  const list = table("Connections", [
    { name: "Connection", build: (row) => link(row.connection, `connection/${row.connection}`) },
    { name: "User", text: (row) => row.user },
    { name: "Address", text: (row) => row.address },
    { name: "Endpoint", text: (row) => row.endpoint },
    { name: "Since", number: true, text: (row) => since(row.since) },
    { name: "In", number: true, text: (row) => short(row.messagesIn) },
    { name: "Out", number: true, text: (row) => short(row.messagesOut) },
    { name: "Waiting", number: true, text: (row) => row.waiting },
    { name: "Node", text: (row) => row.node },
    { name: "Actions", actions: true, state: () => session?.role, build: (row) => button("Disconnect…", () => disconnect(row), { bad: true }) },
  ], (row) => row.connection, { empty: "No connection matches." });
  main.replaceChildren(
    el("h2", {}, "Connections"),
    el("form", { class: "bar", on: { submit: (event) => { event.preventDefault(); ask(); } } },
      ...Object.entries(inputs).map(([name, input]) => el("label", {}, name[0].toUpperCase() + name.slice(1), input)),
      el("button", {}, "Filter")),
    head, list.element);
  return {
    ask: () => ({ view: "connections", ...Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value.trim()])) }),
    show(is) {
      head.textContent = `${is.connections.length.toLocaleString()} of ${is.all.toLocaleString()} on all nodes, those with the most waiting first.${silent(is)}`;
      list.update(is.connections.sort((a, b) => b.waiting - a.waiting));
    },
  };
}

function connection(id) {
  const facts = el("dl", { class: "tiles" });
  const line = chart("Messages each second", ["in", "out"], 1);
  const happened = eventLine("What happened in the last 60 seconds");
  const places = el("p", { class: "bar" });
  const samples = { at: [], in: [], out: [] };
  let before = null;
  let row = null;
  let shownPlaces = "";
  const actions = el("div", { class: "bar" },
    button("Disconnect…", () => row && disconnect(row), { bad: true }),
    button("Disconnect user…", () => row?.user && disconnectUser(row.user, row.source), { bad: true }),
    button("Block user…", () => row?.user && block("user", row.user, row.source), { bad: true }),
    button("Block address…", () => row?.address && block("address", row.address), { bad: true }));
  const live = [el("h3", {}, "Rooms"), places, el("div", { class: "charts" }, line.element, happened.element)];
  main.replaceChildren(el("h2", {}, `Connection ${id}`), actions, facts, ...live);
  const show = (shown) => facts.replaceChildren(...Object.entries(shown).map(([name, value]) => { const one = tile(name); one.set(value); return one.element; }));
  return {
    ask: () => ({ view: "connection", id }),
    show({ connection: [is] }) {
      const isOver = !is || is.ended;
      keepFocus(main, () => [actions, ...live].forEach((part) => (part.hidden = isOver)), () => main);
      if (!is) {
        facts.replaceChildren(el("p", { class: "empty" }, "It has ended, and its peer ended it."));
        return;
      }
      row = is;
      if (is.ended) {
        show({ Ended: moment(is.ended), Cause: is.cause, User: named(is.user, is.source) || "–", Address: is.address, Endpoint: is.endpoint, Node: is.node, "Had been open for": ago(Date.parse(is.ended) - Date.parse(is.since)), "Never sent": `${is.dropped} messages` });
        return;
      }
      show({ User: named(is.user, is.source) || "–", Address: is.address, Endpoint: is.endpoint, Node: is.node, Since: since(is.since), Credential: expiry(is), "Messages in": is.messagesIn, "Messages out": is.messagesOut, "Bytes in": bytes(is.bytesIn), "Bytes out": bytes(is.bytesOut), Waiting: `${is.waiting} (${bytes(is.waitingBytes)})`, Dropped: `${is.dropped} messages`, "Write under way": `${is.stalledMillis} ms`, "Last heard of": ago(is.quietMillis), "Round trip": roundTrip(is) });
      const names = is.rooms.join(" ");
      if (names !== shownPlaces || !places.hasChildNodes()) {
        shownPlaces = names;
        keepFocus(places, () => places.replaceChildren(...(is.rooms.length ? is.rooms.map((room) => link(room, `room/${encodeURIComponent(room)}`)) : ["none"]), ...(is.roomCount > is.rooms.length ? [`and ${is.roomCount - is.rooms.length} more`] : [])), () => places.querySelector("button") ?? main);
      }
      happened.update(is.events, now());
      if (before) {
        samples.at.push(performance.now());
        samples.in.push(is.messagesIn - before.messagesIn);
        samples.out.push(is.messagesOut - before.messagesOut);
        while (samples.at.length > 60) {
          Object.values(samples).forEach((column) => column.shift());
        }
        line.update(samples.at, [samples.in, samples.out]);
      }
      before = is;
    },
  };
}

function ended() {
  const list = table("Ended connections", [
    { name: "When", text: (row) => moment(row.ended) },
    { name: "Cause", text: (row) => row.cause },
    { name: "Connection", build: (row) => link(row.connection, `connection/${row.connection}`) },
    { name: "User", text: (row) => row.user },
    { name: "Address", text: (row) => row.address },
    { name: "Endpoint", text: (row) => row.endpoint },
    { name: "Open for", number: true, text: (row) => ago(Date.parse(row.ended) - Date.parse(row.since)) },
    { name: "Never sent", number: true, text: (row) => row.dropped.toLocaleString() },
    { name: "Node", text: (row) => row.node },
  ], (row) => row.connection, { empty: "No connection has been ended by us." });
  const head = el("p", { class: "hint" });
  main.replaceChildren(el("h2", {}, "Ended"), head, list.element);
  return {
    ask: () => ({ view: "ended" }),
    show(is) {
      head.textContent = `Connections that were ended by us and not by their peers, the last ${is.ended.length} of all nodes.${silent(is)}`;
      list.update(is.ended.sort((a, b) => Date.parse(b.ended) - Date.parse(a.ended)));
    },
  };
}

const say = async (room) => {
  const given = await confirmed(`Say something in ${room}`, "Everybody in the room reads it, from you.", { verb: "Send", bad: false, fields: [{ name: "Message", kind: "textarea", attributes: { rows: 3, maxlength: 2000 } }] });
  if (given?.Message) {
    await act("POST", `rooms/${encodeURIComponent(room)}/messages`, given.Message);
  }
};
const empty = async (room) =>
  (await confirmed("Close room", `Everybody in ${room} is disconnected, on all nodes. What was said stays.`, { word: room, verb: "Close room" }))
  && act("DELETE", `rooms/${encodeURIComponent(room)}/members`);
const purge = async (room) =>
  (await confirmed("Purge history", `All that was said in ${room} is forgotten, on all nodes and for good. Who is there stays.`, { word: room, verb: "Purge history" }))
  && act("DELETE", `rooms/${encodeURIComponent(room)}/messages`);
const roomActions = (room) => [
  button("Say…", () => say(room)),
  button("Close…", () => empty(room), { bad: true }),
  button("Purge…", () => purge(room), { bad: true, role: "admin" }),
];

const lineOf = ({ seq, at, kind, from, data }) =>
  `${seq}  ${moment(at)}  ${kind === "erased" ? "(erased)" : `${from.user}: ${kind === "left" ? "(left)" : JSON.stringify(data)}`}`;

function room(name) {
  const facts = Object.fromEntries(["Last number", "Kept", "Users", "Epoch"].map((each) => [each, tile(each)]));
  const members = table("Users in the room", [
    { name: "User", build: (row) => link(row.user, `connections/user/${encodeURIComponent(row.user)}`) },
    { name: "Connections", number: true, text: (row) => row.connections },
  ], (row) => row.user, { empty: "Nobody is in." });
  const said = el("div", { class: "log", hidden: true, tabindex: "0", role: "region", "aria-label": "What was said" });
  const read = async () => {
    try {
      const answer = await fetch(new URL(`api/v1/rooms/${encodeURIComponent(name)}/messages?limit=50`, HERE));
      const body = await answer.json();
      if (!answer.ok) {
        return toast(body.detail);
      }
      said.hidden = false;
      said.textContent = body.messages.map(lineOf).join("\n") || "Nothing is kept.";
    } catch {
      toast("The node does not answer.");
    }
  };
  main.replaceChildren(
    el("h2", {}, `Room ${name}`),
    el("div", { class: "bar" }, link("connections", `connections/room/${encodeURIComponent(name)}`), ...roomActions(name), button("Read the last 50", read, { role: "admin" })),
    el("div", { class: "tiles" }, ...Object.values(facts).map((fact) => fact.element)),
    said,
    el("h3", {}, "Users, on all nodes"), members.element);
  return {
    ask: () => ({ view: "room", id: name }),
    show(is) {
      if (!is.position) {
        return;
      }
      facts["Last number"].set(is.position.seq.toLocaleString());
      facts.Kept.set(is.depth.toLocaleString(), "messages");
      facts.Users.set(is.users.toLocaleString());
      facts.Epoch.set(is.position.epoch || "–");
      members.update(is.members);
    },
  };
}

/** A field to search by, and the wish that it and the heads of the table make together. */
function search(label, view, first) {
  const input = el("input", { type: "search", maxlength: 100, autocomplete: "off", spellcheck: "false", on: { input: () => ask() } });
  const wish = { view, sort: first };
  return {
    element: el("form", { class: "bar", role: "search", on: { submit: (event) => event.preventDefault() } }, el("label", {}, label, input)),
    sorted(sort) {
      wish.sort = sort;
      ask();
    },
    wish: () => ({ ...wish, match: input.value.trim() }),
    isBy: (sort) => wish.sort === sort,
  };
}

function rooms() {
  const looking = search("Search rooms", "rooms", "size");
  const list = table("Rooms", [
    { name: "Room", sort: "name", build: (row) => link(row.room, `room/${encodeURIComponent(row.room)}`) },
    { name: "Members", sort: "size", first: true, number: true, text: (row) => row.members.toLocaleString() },
    { name: "Messages /s", sort: "rate", number: true, text: (row) => short(row.perSecond) },
    { name: "On nodes", number: true, text: (row) => row.nodes },
    { name: "Actions", actions: true, state: () => session?.role, build: (row) => el("div", { class: "bar" }, ...roomActions(row.room)) },
  ], (row) => row.room, { empty: "No room that has members matches.", sorted: looking.sorted });
  const head = el("p", { class: "hint" });
  const order = (a, b) => (looking.isBy("rate") && b.perSecond - a.perSecond) || (looking.isBy("size") && b.members - a.members) || (a.room < b.room ? -1 : 1);
  main.replaceChildren(el("h2", {}, "Rooms"), looking.element, head, list.element);
  return {
    ask: looking.wish,
    show(is) {
      const rows = together(is.rooms, "room", (a, b) => ({ ...a, members: a.members + b.members, perSecond: Math.max(a.perSecond, b.perSecond) }));
      head.textContent = `${many(rows.length, "room")} on all nodes.${silent(is)}`;
      list.update(rows.sort(order));
    },
  };
}

function users() {
  const looking = search("Search users", "users", "size");
  const list = table("Users", [
    { name: "User", sort: "name", build: (row) => link(row.user, `connections/user/${encodeURIComponent(row.user)}`) },
    { name: "Connections", sort: "size", first: true, number: true, text: (row) => row.connections },
    { name: "On nodes", number: true, text: (row) => row.nodes },
    { name: "Actions", actions: true, state: () => session?.role, build: (row) => el("div", { class: "bar" }, button("Disconnect…", () => disconnectUser(row.user), { bad: true }), button("Block…", () => block("user", row.user), { bad: true })) },
  ], (row) => row.user, { empty: "Nobody who has said who they are matches.", sorted: looking.sorted });
  const head = el("p", { class: "hint" });
  const order = (a, b) => (looking.isBy("size") && b.connections - a.connections) || (a.user < b.user ? -1 : 1);
  main.replaceChildren(el("h2", {}, "Users"), looking.element, head, list.element);
  return {
    ask: looking.wish,
    show(is) {
      const rows = together(is.users, "user", (a, b) => ({ ...a, connections: a.connections + b.connections }));
      head.textContent = `${many(rows.length, "user")} on all nodes.${silent(is)}`;
      list.update(rows.sort(order));
    },
  };
}

function security() {
  const refusals = table("Refused handshakes and failed logins", [
    { name: "When", text: (row) => moment(row.at) },
    { name: "Status", number: true, text: (row) => row.status },
    { name: "Cause", text: (row) => row.cause },
    { name: "Address", text: (row) => row.address },
    { name: "Node", text: (row) => row.node },
    { name: "Actions", actions: true, state: () => session?.role, build: (row) => button("Block…", () => block("address", row.address), { bad: true }) },
  ], (row) => [row.at, row.address, row.cause, row.node].join(), { empty: "No handshake has been refused, no login has failed." });
  const target = (row) => (row.user ? ["user", named(row.user, row.source)] : ["address", row.address]);
  const blocks = table("Who is kept out", [
    { name: "Kind", text: (row) => target(row)[0] },
    { name: "Who", text: (row) => target(row)[1] },
    { name: "Until", text: (row) => moment(row.until) },
    { name: "Actions", actions: true, state: () => session?.role, build: (row) => button("Let in again", () => act("DELETE", `blocks?${aimedAt(row)}`)) },
  ], (row) => target(row).join(), { empty: "Nobody is kept out." });
  main.replaceChildren(el("h2", {}, "Security"), el("h3", {}, "Kept out"), blocks.element, el("h3", {}, "Refused handshakes and failed logins, on all nodes"), refusals.element);
  return {
    ask: () => ({ view: "security" }),
    show(is) {
      refusals.update(newest(is.refusals));
      blocks.update(is.blocks);
    },
  };
}

function settings() {
  const list = table("Settings", [
    { name: "Setting", text: (row) => row.setting },
    { name: "Value", text: (row) => row.value || "none" },
    { name: "Default", text: (row) => row.default || "none" },
    { name: "From", text: (row) => row.source },
    { name: "Is", wrap: true, text: (row) => row.is },
  ], (row) => row.setting);
  main.replaceChildren(el("h2", {}, "Settings"), el("p", { class: "hint" }, "In effect on this node. Secrets are not shown."), list.element);
  return { ask: () => ({ view: "settings" }), show: (is) => list.update(is.settings) };
}

function audit() {
  const list = table("Audit", [
    { name: "When", text: (row) => moment(row.at) },
    { name: "What happened", wrap: true, text: sentenceOf },
    { name: "Request", wrap: true, text: (row) => row.what },
    { name: "Node", text: (row) => row.node },
  ], (row) => [row.at, row.what, row.node].join(), { empty: "Nothing has been done yet." });
  main.replaceChildren(el("h2", {}, "Audit"), el("p", { class: "hint" }, "What was done by way of each node, and what was refused. The log keeps all of it."), list.element);
  return { ask: () => ({ view: "audit" }), show: (is) => list.update(newest(is.audit)) };
}

/* ---- which view is open stands in the address ---- */

const VIEWS = { overview, nodes, connections, ended, rooms, users, security, settings, audit };
const DETAILS = { connection: ["connections", connection], room: ["rooms", room] };

function open() {
  const focused = document.activeElement;
  const [name, ...rest] = location.hash.slice(1).split("/").map(decodeURIComponent);
  const detail = Object.hasOwn(DETAILS, name) ? DETAILS[name] : null;
  const wanted = detail ? detail[0] : Object.hasOwn(VIEWS, name) ? name : "overview";
  document.getElementById("views").replaceChildren(...Object.keys(VIEWS).map((view) =>
    el("li", {}, el("a", { href: `#${view}`, "aria-current": view === wanted && "page" }, view[0].toUpperCase() + view.slice(1)))));
  document.querySelector("#views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  if (detail) {
    current = detail[1](rest[0] ?? "");
  } else if (wanted === "connections" && rest.length === 2) {
    current = connections({ [rest[0]]: rest[1] });
  } else {
    current = VIEWS[wanted]();
  }
  if (!focused.isConnected) {
    main.focus();
  }
  ask();
}

window.addEventListener("hashchange", () => {
  open();
  main.focus();
});
open();
connect();
