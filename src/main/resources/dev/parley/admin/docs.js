import { el } from "./elements.js";
import { trial } from "./trial.js";

/** The two documents of this deployment, for people, and the channels to try. Everything is put into the page as text. */

const ROOT = new URL("..", location.origin + location.pathname);
const GUIDE = [["chat", "Chat"], ["echo", "Echo"], ["items", "Items"], ["guide-chat", "Plain chat"]];
const GUIDES_CHANNEL = "/ws/{client_id}";

const main = document.getElementById("main");
const contents = document.getElementById("contents");

const load = async (path) => (await fetch(new URL(path, ROOT))).json();
const lastOf = (reference) => reference.$ref.split("/").pop();

function section(id, title, ...children) {
  contents.append(el("li", {}, el("a", { href: `#${id}` }, title)));
  main.append(el("section", { id, "aria-labelledby": `${id}-title` }, el("h2", { id: `${id}-title` }, title), ...children));
}

function table(name, heads, rows) {
  const head = el("tr", {}, ...heads.map((one) => el("th", { scope: "col" }, one)));
  const body = rows.map((row) => el("tr", {}, ...row.map((cell, i) => el("td", { class: "wrap", "data-label": heads[i] }, ...[cell].flat()))));
  return el("div", { class: "table", tabindex: "0", role: "region", "aria-label": name }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
}

const code = (text) => el("pre", { class: "log", tabindex: "0" }, text);

function introduction(channels) {
  const hasRooms = channels.some((channel) => channel.address.endsWith("/rooms"));
  const rooms = channels.find((channel) => channel.address.endsWith("/rooms"))?.address.slice(1) ?? "rooms";
  section("start", "Where to start",
    el("p", {}, "Clients talk over WebSocket channels; backends and operators use the HTTP API. What stands here is made from two documents of this very deployment: ",
      el("a", { href: "../asyncapi.json" }, "asyncapi.json"), " for the channels, ", el("a", { href: "../api/v1/openapi.json" }, "openapi.json"), " for the API."),
    ...(hasRooms ? [
      el("h3", {}, "A page joins a room"),
      code(`import { connect } from "${new URL("parley.js", ROOT)}";\n\nconst client = connect("${rooms}", { credential: () => ({ user: "ann" }) });\nconst room = client.join("lobby");\nroom.on("message", ({ from, data }) => console.log(from.user, data));\nawait room.send({ text: "hello" });`),
      el("h3", {}, "A backend says something there"),
      code(`curl -H 'Authorization: Bearer shop' -H 'Content-Type: application/json' \\\n     -d '{"text":"Order 42 has left the house."}' ${new URL("api/v1/rooms/lobby/messages", ROOT)}`),
      el("p", { class: "hint" }, "In demo mode a name does for a token. Elsewhere it is a JSON Web Token: with its user's rights in the rooms, and for the API with a scope such as parley:publish."),
    ] : []));
}

/** What a handshake may carry: in the path, in the query, in headers. */
function parametersOf(channel) {
  const { query, headers } = channel.bindings.ws;
  const what = (schema) => (schema?.const ? `always ${schema.const}` : (schema?.type ?? "text"));
  return [
    ...Object.keys(channel.parameters ?? {}).map((name) => [name, "path", "text"]),
    ...Object.entries(query.properties ?? {}).map(([name, schema]) => [name, "query", what(schema)]),
    ...Object.entries(headers.properties ?? {}).map(([name, schema]) => [name, "header", what(schema)]),
  ];
}

/** Whoever tries a channel says first things first. */
function inOrder(messages) {
  const first = ["connect", "join", "send", "history"].map((name) => `client.${name}`);
  return [...first.filter((name) => messages.includes(name)), ...messages.filter((name) => !first.includes(name))];
}

function describe(asyncapi) {
  for (const [name, channel] of Object.entries(asyncapi.channels)) {
    const of = (action) => asyncapi.operations[`${name}.${action}`].messages.map(lastOf);
    const exampleOf = (message) => asyncapi.components.messages[message].examples?.[0]?.payload;
    const shown = (title, names) => table(title, ["Message", "Meaning", "Example"], names.map((message) => {
      const { title: kind, description } = asyncapi.components.messages[message];
      const example = exampleOf(message);
      return [kind, description ?? "Any text.", el("code", {}, example ? JSON.stringify(example) : "hello")];
    }));
    const parameters = parametersOf(channel);
    section(`channel-${name}`, `${name} · ${channel.address}`,
      ...(channel.description ? [el("p", {}, channel.description)] : []),
      ...(parameters.length ? [el("h3", {}, "Parameters of the handshake"), table(`Parameters of ${name}`, ["Parameter", "In", "Is"], parameters)] : []),
      el("h3", {}, "You may send"), shown(`What ${name} takes`, of("receive")),
      el("h3", {}, "You are sent"), shown(`What ${name} sends`, of("send")),
      trial(name, channel, inOrder(of("receive")).map((message) => [message.replace("client.", ""), exampleOf(message)]), ROOT));
  }
}

function parametersOfCall({ parameters = [], requestBody }) {
  const items = parameters.map(({ name, in: place, description }) =>
    el("li", {}, el("code", {}, name), ` in the ${place}${description ? `: ${description}` : ""}`));
  if (requestBody) {
    items.push(el("li", {}, `the body: ${requestBody.description}`));
  }
  return items.length ? el("ul", {}, ...items) : "none";
}

function calls(openapi) {
  const needs = (security) => {
    const [role] = security.flatMap(({ operator = [] }) => operator);
    const [scope] = security.flatMap(({ token = [] }) => token);
    return role ? [el("code", {}, role), " or ", el("code", {}, scope)] : "the rights of a client in the room";
  };
  const rows = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, call]) => [el("code", {}, `${method.toUpperCase()} ${call.servers ? "" : "/api/v1"}${path}`), call.summary, parametersOfCall(call), needs(call.security)]));
  section("http", "HTTP API",
    el("p", {}, "With the name and password of an operator who has the role, or with a token that has the scope. Errors are problem details (RFC 9457)."),
    table("Calls of the HTTP API", ["Request", "Does", "Parameters", "Role or scope"], rows));
}

const asyncapi = await load("asyncapi.json");
const channels = Object.values(asyncapi.channels);
const isGuide = channels.some(({ address }) => address === GUIDES_CHANNEL);
document.getElementById("pages").append(
  ...(isGuide ? GUIDE.map(([path, name]) => el("a", { href: `../${path}` }, name)) : []),
  el("a", { href: "./", "aria-current": "page" }, "Docs"));
main.append(el("p", { class: "hint" }, `Parley ${asyncapi.info.version}`));
introduction(channels);
describe(asyncapi);
calls(await load("api/v1/openapi.json"));
if (location.hash) {
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}
