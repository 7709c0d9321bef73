import { el } from "./elements.js";

/** Values with which a channel can be tried as it stands. */
const GIVEN = { item_id: "foo", client_id: () => Date.now(), token: "some-key-token", room: "lobby" };
const ROOM = "lobby";
const PING = '{"type":"ping"}';
const PONG = '{"type":"pong"}';

/** A message that works in its turn, made from an example: in a room that anybody can try, as somebody new, from now on. */
function usable(example) {
  const message = { ...example };
  if (message.type === "connect") {
    delete message.token;
    message.user = "visitor";
  }
  if ("room" in message) {
    message.room = ROOM;
  }
  if ("key" in message) {
    message.key = crypto.getRandomValues(new Uint32Array(2)).join("-");
  }
  if ("data" in message) {
    message.data = "hello";
  }
  delete message.since;
  delete message.after;
  delete message.before;
  return JSON.stringify(message);
}

/** A place to talk to a channel by hand. What is sent moves on to the next example, so that pressing Send goes through them. */
export function trial(name, channel, samples, root) {
  const { query, headers } = channel.bindings.ws;
  const protocol = headers.properties?.["Sec-WebSocket-Protocol"]?.const;
  const names = [...Object.keys(channel.parameters ?? {}), ...Object.keys(query.properties ?? {})];
  const inputs = Object.fromEntries(names.map((one) => {
    const given = protocol ? "" : GIVEN[one];
    return [one, el("input", { autocomplete: "off", spellcheck: "false", value: typeof given === "function" ? given() : given })];
  }));
  const log = el("pre", { class: "log", tabindex: "0", role: "log", "aria-label": `What was said on ${name}` });
  const isJson = samples.some(([, example]) => example);
  const message = el("textarea", { rows: "2" });
  const choice = isJson && el("select", { on: { change: () => prepare() } }, ...samples.map(([one], i) => el("option", { value: i }, one)));
  const note = (arrow, text) => {
    log.append(`${arrow} ${text}\n`);
    log.scrollTop = log.scrollHeight;
  };
  let socket = null;

  function prepare() {
    message.value = isJson ? usable(samples[Number(choice.value)][1]) : "hello";
  }

  function address() {
    const url = new URL(root);
    let path = channel.address;
    for (const [one, input] of Object.entries(inputs)) {
      if (path.includes(`{${one}}`)) {
        path = path.replace(`{${one}}`, encodeURIComponent(input.value));
      } else if (input.value) {
        url.searchParams.set(one, input.value);
      }
    }
    url.protocol = url.protocol.replace("http", "ws");
    url.pathname += path.slice(1);
    return url;
  }

  function connect() {
    if (socket) {
      socket.close(1000);
      return;
    }
    const opened = protocol ? new WebSocket(address(), protocol) : new WebSocket(address());
    let wasOpen = false;
    socket = opened;
    opened.onopen = () => {
      wasOpen = true;
      note("·", "open");
      open.textContent = "Close";
      send.disabled = false;
    };
    opened.onmessage = ({ data }) => {
      note("←", data);
      if (isJson && data === PING) {
        opened.send(PONG);
        note("→", PONG);
      }
    };
    opened.onclose = ({ code, reason }) => {
      note("·", wasOpen ? `closed with ${code} ${reason}` : "refused: a parameter is missing or wrong, or you may not");
      open.textContent = "Connect";
      send.disabled = true;
      socket = null;
    };
  }

  function say() {
    socket.send(message.value);
    note("→", message.value);
    if (isJson) {
      choice.value = String((Number(choice.value) + 1) % samples.length);
      prepare();
    }
  }

  const open = el("button", { type: "button", class: "main", on: { click: connect } }, "Connect");
  const send = el("button", { type: "button", disabled: true, on: { click: say } }, "Send");
  prepare();
  return el("div", { class: "trial", role: "group", "aria-label": `Try ${name}` },
    el("h3", {}, "Try it"),
    el("p", { class: "hint" }, isJson ? "Connect, then press Send again and again: it goes through the examples." : "Connect, then Send."),
    el("div", { class: "bar" }, ...Object.entries(inputs).map(([one, input]) => el("label", {}, one, input)), open),
    el("div", { class: "bar" }, ...(choice ? [el("label", {}, "Example", choice)] : []), el("label", { class: "wide" }, "Message", message), send),
    log);
}
