const STAGES = ['new', 'shipped', 'delivered'];
const BACKEND = ['application', 'database']; // by Java, by SQL

export function inWords({ status, parcels }) {
  return status === 'shipped' ? `shipped in ${parcels} ${parcels === 1 ? 'parcel' : 'parcels'}` : status;
}

/**
 * The order as a message leaves it: `{ order, parcels }` when it is shipped, `{ delivered }` when it has arrived. Customers may talk in the
 * room, too, but over connections of their own. A message may be older than the order as it was fetched, and an order never goes back.
 */
export function after(order, { from, data }) {
  if (!BACKEND.includes(from.connection)) {
    return order;
  }
  const told = data.delivered ? { status: 'delivered' } : { status: 'shipped', parcels: data.parcels };
  return STAGES.indexOf(told.status) < STAGES.indexOf(order.status) ? order : { ...order, ...told };
}
