import { connect } from '@parley/client';

let client;

/** The connection of the whole page. It is made after the login, since the session's cookie says who it is. */
export function live() {
  client ??= connect(new URL('parley/rooms', document.baseURI));
  return client;
}

/** Who is logged in, and the orders that she may see; null if nobody is. */
export async function fetchShop() {
  const response = await fetch('orders', { cache: 'no-store' });
  const isForm = response.headers.get('Content-Type')?.startsWith('text/html'); // the container asks for a login
  return isForm ? null : fine(response).json();
}

/** The container's own login by form. Whether it was right shows in what can be fetched then. */
export async function logIn(form) {
  await fetch('j_security_check', { method: 'POST', body: new URLSearchParams(form) });
  return fetchShop();
}

/** What staff do with an order: ship, deliver. Whoever watches the order is told by the backend. */
export async function change(id, what, form) {
  fine(await fetch(`api/orders/${id}/${what}`, { method: 'POST', body: new URLSearchParams(form) }));
}

function fine(response) {
  if (!response.ok) {
    throw new Error(`The shop answered ${response.status}.`);
  }
  return response;
}
