import { chart, short } from "./charts.js";

/** Whatever comes from the node is put into the page as text; there is no HTML in any string. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) {
        element.addEventListener(event, listener);
      }
    } else if (value === true) {
      element.setAttribute(key, "");
    } else if (value !== false && value !== undefined && value !== null) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/** Where the console is, without the name and password that an address may hold. */
const HERE = location.origin + location.pathname;

const main = document.getElementById("main");
const state = document.getElementById("state");
const RANKS = { viewer: 0, operator: 1, admin: 2 };
let session = null;
let socket = null;
let retry = 0;
let current = null;

const may = (role) => session !== null && RANKS[session.role] >= RANKS[role];

/* ---- talking to the node ---- */

async function fetchSession() {
  const answer = await fetch(new URL("session", HERE), { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    throw new Error(`session: ${answer.status}`);
  }
  session = await answer.json();
  document.getElementById("who").textContent = `${session.user} · ${session.role} · ${session.node}`;
}

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
      el("div", { class: "bar" }, el("button", { value: "" }, "Cancel"), go));
    dialog.replaceChildren(form);
    dialog.returnValue = "";
    dialog.onclose = () => resolve(dialog.returnValue === "go" ? Object.fromEntries(inputs.map(([name, input]) => [name, input.value])) : null);
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
      value.replaceChildren(String(text), ...(unit ? [el("small", {}, unit)] : []));
      element.classList.toggle("bad", bad);
    },
  };
}

/** A table whose rows keep their elements while what they are about stays, so that focus and selection survive. */
function table(columns, keyOf, empty = "Nothing here.") {
  const body = el("tbody");
  const nothing = el("p", { class: "empty" }, empty);
  const grid = el("table", {},
    el("thead", {}, el("tr", {}, ...columns.map((column) => el("th", { scope: "col", class: column.number && "number" }, column.name)))),
    body);
  const element = el("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Table" }, grid, nothing);
  const known = new Map();
  return {
    element,
    update(rows) {
      nothing.hidden = rows.length > 0;
      grid.hidden = rows.length === 0;
      const seen = new Set();
      rows.forEach((row, index) => {
        const key = keyOf(row);
        seen.add(key);
        let line = known.get(key);
        if (!line) {
          line = el("tr", {}, ...columns.map((column) => el("td", { class: [column.number && "number", column.wrap && "wrap"].filter(Boolean).join(" ") })));
          known.set(key, line);
        }
        columns.forEach((column, i) => {
          const cell = line.children[i];
          if (column.build) {
            const state = JSON.stringify(column.state?.(row) ?? key);
            if (cell.dataset.state !== state) {
              cell.dataset.state = state;
              cell.replaceChildren(column.build(row));
            }
          } else {
            const text = String(column.text(row));
            if (cell.textContent !== text) {
              cell.textContent = text;
              cell.title = text;
            }
          }
        });
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
    },
  };
}

const ago = (millis) => {
  const seconds = Math.max(0, Math.round(millis / 1_000));
  if (seconds < 90) {
    return `${seconds} s`;
  }
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
};
const since = (instant) => ago(Date.now() - Date.parse(instant));
const clock = (instant) => new Date(instant).toLocaleTimeString();
const bytes = (count) => `${short(count)}B`;
const button = (text, listener, { bad = false, role = "operator" } = {}) =>
  el("button", { type: "button", class: bad && "bad", disabled: !may(role), title: may(role) ? null : `needs the role parley-${role}`, on: { click: listener } }, text);
const link = (text, hash) => el("button", { type: "button", class: "link", on: { click: () => (location.hash = hash) } }, text);

const disconnectUser = async (user) =>
  (await confirmed("Disconnect", `All connections of ${user}, on all nodes, are closed. It may come back.`, { verb: "Disconnect" }))
  && act("DELETE", `connections?user=${encodeURIComponent(user)}`);

async function block(kind, value) {
  const given = await confirmed("Block", `${value} is disconnected, and kept out for a time, on all nodes.`, {
    verb: "Block",
    fields: [{ name: "Minutes", attributes: { type: "number", min: 1, max: 525600, value: 60 } }],
  });
  if (given) {
    await act("POST", "blocks", { [kind]: value, seconds: Math.round(Number(given.Minutes) * 60) });
  }
}

/* ---- the views: what each asks for, and how it shows the answer ---- */

function overview() {
  const names = ["Connections", "Rooms", "Messages in", "Messages out", "Bytes out", "Delivery p50", "Delivery p99", "Waiting", "Closed as too slow", "Handshakes refused", "Backplane", "Doors"];
  const tiles = Object.fromEntries(names.map((name) => [name, tile(name)]));
  const open = chart("Connections", ["open"]);
  const messages = chart("Messages a second", ["in", "out"]);
  const delivery = chart("Delivery in milliseconds", ["p50", "p99"]);
  const volume = chart("Bytes a second", ["in", "out"]);
  const pairs = [{ name: "Cause", text: ([cause]) => cause }, { name: "How often", number: true, text: ([, count]) => count.toLocaleString() }];
  const closed = table(pairs, ([cause]) => cause, "No connection has ended yet.");
  const refused = table(pairs, ([cause]) => cause, "No handshake has been refused.");
  main.replaceChildren(
    el("h2", {}, "Overview"),
    el("div", { class: "tiles" }, ...names.map((name) => tiles[name].element)),
    el("div", { class: "charts" }, open.element, messages.element, delivery.element, volume.element),
    el("div", { class: "pair" },
      el("section", {}, el("h3", {}, "Ends of connections"), closed.element),
      el("section", {}, el("h3", {}, "Refused handshakes"), refused.element)));
  return {
    ask: () => ({ view: "overview" }),
    show(is) {
      tiles.Connections.set(is.connections.toLocaleString(), `of ${short(is.connectionsMax)}`, is.connections >= is.connectionsMax);
      tiles.Rooms.set(is.rooms.toLocaleString());
      tiles["Messages in"].set(short(is.messagesInPerSecond), "a second");
      tiles["Messages out"].set(short(is.messagesOutPerSecond), "a second");
      tiles["Bytes out"].set(bytes(is.bytesOutPerSecond), "a second");
      tiles["Delivery p50"].set(short(is.p50Millis), "ms");
      tiles["Delivery p99"].set(short(is.p99Millis), "ms", is.p99Millis > 500);
      tiles.Waiting.set(is.waiting.toLocaleString(), `messages, at most ${is.deepest}`);
      tiles["Closed as too slow"].set((is.closed.slow ?? 0).toLocaleString());
      tiles["Handshakes refused"].set(Object.values(is.refused).reduce((sum, count) => sum + count, 0).toLocaleString());
      tiles.Backplane.set(is.backplane.engine, is.backplane.isReachable ? `lag ${is.backplane.lagMillis} ms` : "away", !is.backplane.isReachable);
      tiles.Doors.set(is.doors, "", is.doors !== "open");
      const { history } = is;
      open.update(history.at, [history.connections]);
      messages.update(history.at, [history.in, history.out]);
      delivery.update(history.at, [history.p50Millis, history.p99Millis]);
      volume.update(history.at, [history.bytesIn, history.bytesOut]);
      closed.update(Object.entries(is.closed).sort((a, b) => b[1] - a[1]));
      refused.update(Object.entries(is.refused).sort((a, b) => b[1] - a[1]));
    },
  };
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
  const list = table([
    { name: "Node", text: (node) => node.node },
    { name: "Doors", state: (node) => node.doors, build: (node) => el("span", { class: `badge ${node.doors}` }, node.doors) },
    { name: "Connections", number: true, text: (node) => `${node.connections.toLocaleString()} of ${short(node.connectionsMax)}` },
    { name: "In /s", number: true, text: (node) => short(node.messagesInPerSecond) },
    { name: "Out /s", number: true, text: (node) => short(node.messagesOutPerSecond) },
    { name: "Heap", number: true, text: (node) => `${Math.round((100 * node.heapUsed) / node.heapMax)} % of ${bytes(node.heapMax)}` },
    { name: "Up", number: true, text: (node) => ago(node.uptimeSeconds * 1_000) },
    { name: "Version", text: (node) => node.version },
    { name: "Server", text: (node) => node.server.split("/")[0] },
    {
      name: "", state: (node) => [node.doors, session?.role], build: (node) => el("div", { class: "bar" },
        ...(node.doors === "open" ? [button("Pause", () => turn(node.node, "paused"))] : [button("Open", () => turn(node.node, "open"))]),
        ...(node.doors === "draining" ? [] : [button("Drain", () => turn(node.node, "draining"), { bad: true })])),
    },
  ], (node) => node.node);
  main.replaceChildren(el("h2", {}, "Nodes"), el("p", { class: "hint" }, "As each last said of itself, every five seconds."), list.element);
  return { ask: () => ({ view: "nodes" }), show: (is) => list.update(is.nodes) };
}

function connections(filter = {}) {
  const inputs = Object.fromEntries(["user", "address", "room"].map((name) => [name, el("input", { type: "search", value: filter[name] ?? "", autocomplete: "off", on: { change: ask } })]));
  const head = el("p", { class: "hint" });
  const list = table([
    { name: "Connection", build: (row) => link(row.connection, `connection/${row.connection}`) },
    { name: "User", text: (row) => row.user },
    { name: "Address", text: (row) => row.address },
    { name: "Endpoint", text: (row) => row.endpoint },
    { name: "Since", number: true, text: (row) => since(row.since) },
    { name: "In", number: true, text: (row) => short(row.messagesIn) },
    { name: "Out", number: true, text: (row) => short(row.messagesOut) },
    { name: "Waiting", number: true, text: (row) => row.waiting },
    { name: "Round trip", number: true, text: (row) => (row.roundTripMicros < 0 ? "–" : `${(row.roundTripMicros / 1_000).toFixed(1)} ms`) },
    { name: "", state: () => session?.role, build: (row) => button("Disconnect", () => act("DELETE", `connections/${row.connection}`), { bad: true }) },
  ], (row) => row.connection, "No connection matches.");
  main.replaceChildren(
    el("h2", {}, "Connections"),
    el("form", { class: "bar", on: { submit: (event) => { event.preventDefault(); ask(); } } },
      ...Object.entries(inputs).map(([name, input]) => el("label", {}, name[0].toUpperCase() + name.slice(1), input)),
      el("button", {}, "Filter")),
    head, list.element);
  return {
    ask: () => ({ view: "connections", ...Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value.trim()])) }),
    show(is) {
      head.textContent = `${is.connections.length.toLocaleString()} of ${is.all.toLocaleString()} on ${is.node}, those with the most waiting first.`;
      list.update(is.connections);
    },
  };
}

function connection(id) {
  const facts = el("dl", { class: "tiles" });
  const line = chart("Messages each second", ["in", "out"], 1);
  const samples = { at: [], in: [], out: [] };
  let before = null;
  let row = null;
  const actions = el("div", { class: "bar" },
    button("Disconnect", () => act("DELETE", `connections/${id}`), { bad: true }),
    button("Disconnect user", () => row?.user && disconnectUser(row.user), { bad: true }),
    button("Block user", () => row?.user && block("user", row.user), { bad: true }),
    button("Block address", () => row?.address && block("address", row.address), { bad: true }));
  main.replaceChildren(el("h2", {}, `Connection ${id}`), actions, facts, el("div", { class: "charts" }, line.element));
  return {
    ask: () => ({ view: "connection", id }),
    show(is) {
      if (is.gone) {
        facts.replaceChildren(el("p", { class: "empty" }, "It has ended, or is on another node."));
        return;
      }
      row = is;
      const shown = { User: is.user || "–", Address: is.address, Endpoint: is.endpoint, Since: since(is.since), "Messages in": is.messagesIn, "Messages out": is.messagesOut, "Bytes in": bytes(is.bytesIn), "Bytes out": bytes(is.bytesOut), Waiting: `${is.waiting} (${bytes(is.waitingBytes)})`, "Write under way": `${is.stalledMillis} ms`, "Last heard of": ago(is.quietMillis), "Round trip": is.roundTripMicros < 0 ? "–" : `${(is.roundTripMicros / 1_000).toFixed(1)} ms` };
      facts.replaceChildren(...Object.entries(shown).map(([name, value]) => { const one = tile(name); one.set(value); return one.element; }));
      const now = Date.now();
      if (before) {
        samples.at.push(now);
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

function rooms() {
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
  const list = table([
    { name: "Room", build: (row) => link(row.room, `connections/room/${encodeURIComponent(row.room)}`) },
    { name: "Members here", number: true, text: (row) => row.members.toLocaleString() },
    { name: "", state: () => session?.role, build: (row) => el("div", { class: "bar" }, button("Say…", () => say(row.room)), button("Close…", () => empty(row.room), { bad: true }), button("Purge…", () => purge(row.room), { bad: true, role: "admin" })) },
  ], (row) => row.room, "No room has members on this node.");
  const head = el("p", { class: "hint" });
  main.replaceChildren(el("h2", {}, "Rooms"), head, list.element);
  return {
    ask: () => ({ view: "rooms" }),
    show(is) {
      head.textContent = `${is.rooms.length} of ${is.all} on ${is.node}, the biggest first.`;
      list.update(is.rooms);
    },
  };
}

function users() {
  const list = table([
    { name: "User", build: (row) => link(row.user, `connections/user/${encodeURIComponent(row.user)}`) },
    { name: "Connections", number: true, text: (row) => row.connections },
    { name: "", state: () => session?.role, build: (row) => el("div", { class: "bar" }, button("Disconnect", () => disconnectUser(row.user), { bad: true }), button("Block…", () => block("user", row.user), { bad: true })) },
  ], (row) => row.user, "Nobody has said who they are.");
  const head = el("p", { class: "hint" });
  main.replaceChildren(el("h2", {}, "Users"), head, list.element);
  return {
    ask: () => ({ view: "users" }),
    show(is) {
      head.textContent = `${is.users.length} of ${is.all} on ${is.node}, those with the most connections first.`;
      list.update(is.users);
    },
  };
}

function security() {
  const refusals = table([
    { name: "When", text: (row) => clock(row.at) },
    { name: "Status", number: true, text: (row) => row.status },
    { name: "Cause", text: (row) => row.cause },
    { name: "Address", text: (row) => row.address },
    { name: "", state: () => session?.role, build: (row) => button("Block…", () => block("address", row.address), { bad: true }) },
  ], (row) => row.at + row.address, "No handshake has been refused.");
  const target = (row) => (row.user ? ["user", row.user] : ["address", row.address]);
  const blocks = table([
    { name: "Kind", text: (row) => target(row)[0] },
    { name: "Who", text: (row) => target(row)[1] },
    { name: "Until", text: (row) => clock(row.until) },
    { name: "", state: () => session?.role, build: (row) => button("Let in again", () => act("DELETE", `blocks?${target(row)[0]}=${encodeURIComponent(target(row)[1])}`)) },
  ], (row) => target(row).join(), "Nobody is kept out.");
  main.replaceChildren(el("h2", {}, "Security"), el("h3", {}, "Kept out"), blocks.element, el("h3", {}, "Refused handshakes"), refusals.element);
  return {
    ask: () => ({ view: "security" }),
    show(is) {
      refusals.update(is.refusals);
      blocks.update(is.blocks);
    },
  };
}

function settings() {
  const list = table([
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
  const list = table([
    { name: "When", text: (row) => clock(row.at) },
    { name: "Who", text: (row) => row.who || "(nobody)" },
    { name: "What", wrap: true, text: (row) => row.what },
    { name: "Node", text: (row) => row.node },
    { name: "Result", wrap: true, text: (row) => row.result },
  ], (row) => row.at + row.what, "Nothing has been done yet.");
  main.replaceChildren(el("h2", {}, "Audit"), el("p", { class: "hint" }, "What operators did by way of this node, and what was refused. The log keeps all of it."), list.element);
  return { ask: () => ({ view: "audit" }), show: (is) => list.update(is.audit) };
}

/* ---- which view is open stands in the address ---- */

const VIEWS = { overview, nodes, connections, rooms, users, security, settings, audit };

function open() {
  const [name, ...rest] = decodeURI(location.hash.slice(1)).split("/");
  const wanted = name in VIEWS || name === "connection" ? name : "overview";
  document.getElementById("views").replaceChildren(...Object.keys(VIEWS).map((view) =>
    el("li", {}, el("a", { href: `#${view}`, "aria-current": (view === wanted || (view === "connections" && wanted === "connection")) && "page" }, view[0].toUpperCase() + view.slice(1)))));
  if (wanted === "connection") {
    current = connection(rest[0] ?? "");
  } else if (wanted === "connections" && rest.length === 2) {
    current = connections({ [rest[0]]: decodeURIComponent(rest[1]) });
  } else {
    current = VIEWS[wanted]();
  }
  ask();
}

window.addEventListener("hashchange", () => {
  open();
  main.focus();
});
open();
connect();
