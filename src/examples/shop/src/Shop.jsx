import { useActionState, useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { fetchShop, logIn } from './backend.js';
import { Heading } from './Heading.jsx';
import { Order } from './Order.jsx';
import { inWords } from './order.js';

/** The login, then the list of orders, or the order that the address names. */
export function Shop() {
  const [shop, setShop] = useState(); // null: nobody is logged in
  const [error, setError] = useState();
  const id = useOrderOfAddress();
  const reload = useCallback(() => {
    fetchShop().then(setShop, setError);
  }, []);
  useEffect(reload, [reload, id]);

  if (error) {
    return <p role="alert">The shop does not answer. Please reload the page.</p>;
  }
  if (shop === undefined) {
    return <p>Loading …</p>;
  }
  if (shop === null) {
    return <Login onShop={setShop} />;
  }
  const order = shop.orders.find((one) => one.id === id);
  return order ? <Order key={id} order={order} isStaff={shop.staff} reload={reload} /> : <Orders shop={shop} />;
}

function Login({ onShop }) {
  const [error, submit, isPending] = useActionState(async (_, form) => {
    const shop = await logIn(form).catch(() => undefined);
    if (shop) {
      onShop(shop);
    }
    return shop === null ? 'Name or password are wrong.' : 'The shop does not answer. Please try again.';
  }, '');
  return (
    <form action={submit}>
      <Heading>Log in</Heading>
      <label>Name <input name="j_username" autoComplete="username" required /></label>
      <label>Password <input name="j_password" type="password" autoComplete="current-password" required /></label>
      <button disabled={isPending}>Log in</button>
      <p role="alert">{error}</p>
    </form>
  );
}

function Orders({ shop }) {
  return (
    <>
      <Heading>{shop.staff ? 'All orders' : `Orders of ${shop.user}`}</Heading>
      {shop.orders.length === 0 && <p>There are none yet.</p>}
      <ul className="orders">
        {shop.orders.map((order) => (
          <li key={order.id}>
            <a href={`#order-${order.id}`}>Order {order.id}</a> {shop.staff && `of ${order.customer}`} <span>{inWords(order)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function useOrderOfAddress() {
  return useSyncExternalStore(listenToAddress, () => Number(location.hash.replace('#order-', '')));
}

function listenToAddress(listener) {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}
