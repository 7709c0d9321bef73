/** The two documents of this deployment, for people, and the channels to try. Everything is put into the page as text. */

const HERE = location.origin + location.pathname;
const ROOT = new URL("..", HERE);

function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) {
      element.addEventListener(key.slice(2), value);
    } else if (value !== undefined) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

const main = document.getElementById("main");
const contents = document.getElementById("contents");

function section(id, title, ...children) {
  contents.append(el("li", {}, el("a", { href: `#${id}` }, title)));
  main.append(el("section", { id }, el("h2", {}, title), ...children));
}

const last = (reference) => reference.$ref.split("/").pop();

function table(heads, rows) {
  return el("div", { class: "table" }, el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell) => el("td", { class: "wrap" }, cell)))))));
}

/** A place to talk to a channel by hand. */
function trial(channel, samples) {
  const names = [...Object.keys(channel.parameters ?? {}), ...Object.keys(channel.bindings.ws.query.properties ?? {})];
  const inputs = Object.fromEntries(names.map((name) => [name, el("input", { autocomplete: "off", "aria-label": name })]));
  const protocol = channel.bindings.ws.headers.properties?.["Sec-WebSocket-Protocol"]?.const;
  const log = el("pre", { class: "log", tabindex: "0", "aria-live": "polite" });
  const message = el("textarea", { rows: "2", "aria-label": "Message" });
  let socket = null;
  const note = (arrow, text) => {
    log.append(`${arrow} ${text}\n`);
    log.scrollTop = log.scrollHeight;
  };
  const open = el("button", { type: "button", class: "main", onclick: () => {
    if (socket) {
      socket.close(1000);
      return;
    }
    let path = channel.address;
    const address = new URL(ROOT);
    for (const [name, input] of Object.entries(inputs)) {
      if (path.includes(`{${name}}`)) {
        path = path.replace(`{${name}}`, encodeURIComponent(input.value));
      } else if (input.value) {
        address.searchParams.set(name, input.value);
      }
    }
    address.protocol = address.protocol.replace("http", "ws");
    address.pathname += path.slice(1);
    const opened = protocol ? new WebSocket(address, protocol) : new WebSocket(address);
    socket = opened;
    opened.onopen = () => { note("·", "open"); open.textContent = "Close"; send.disabled = false; };
    opened.onmessage = ({ data }) => note("←", data);
    opened.onclose = ({ code, reason }) => { note("·", `closed with ${code} ${reason}`); open.textContent = "Connect"; send.disabled = true; socket = null; };
  } }, "Connect");
  const send = el("button", { type: "button", disabled: "", onclick: () => { socket.send(message.value); note("→", message.value); } }, "Send");
  const choice = samples.length > 1 && el("select", { "aria-label": "Example", onchange: () => (message.value = choice.value) },
    el("option", { value: "" }, "an example…"), ...samples.map(([name, text]) => el("option", { value: text }, name)));
  return el("div", { class: "trial" },
    el("h3", {}, "Try it"),
    el("div", { class: "bar" }, ...Object.entries(inputs).map(([name, input]) => el("label", {}, name, input)), open),
    el("div", { class: "bar" }, ...(choice ? [choice] : []), message, send),
    log);
}

async function channels() {
  const asyncapi = await (await fetch(new URL("asyncapi.json", ROOT))).json();
  document.getElementById("who").append(el("a", { href: "../asyncapi.json" }, "asyncapi.json"), " · ", el("a", { href: "../api/v1/openapi.json" }, "openapi.json"), ` · ${asyncapi.info.version}`);
  for (const [name, channel] of Object.entries(asyncapi.channels)) {
    const of = (action) => asyncapi.operations[`${name}.${action}`].messages.map(last);
    const shown = (names) => table(["Message", "Example"], names.map((message) => {
      const { title, examples } = asyncapi.components.messages[message];
      return [title, examples ? JSON.stringify(examples[0].payload) : "text"];
    }));
    const samples = of("receive").map((message) => [message.replace("client.", ""), JSON.stringify(asyncapi.components.messages[message].examples?.[0].payload ?? "")]);
    section(`channel-${name}`, `${name} · ${channel.address}`,
      el("h3", {}, "You may send"), shown(of("receive")),
      el("h3", {}, "You are sent"), shown(of("send")),
      trial(channel, samples));
  }
}

async function operations() {
  const openapi = await (await fetch(new URL("api/v1/openapi.json", ROOT))).json();
  const rows = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} /api/v1${path}`, operation.summary, operation["x-role"]]));
  section("http", "HTTP API", el("p", { class: "hint" }, "With the name and password of an operator; errors are problem details."), table(["Request", "Is", "Needs"], rows));
}

await channels();
await operations();
