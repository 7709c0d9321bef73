/** An element with attributes, listeners under `on`, and children. Whatever comes from a server is put in as text. */
export function el(name, attributes = {}, ...children) {
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

/** Makes a change inside a place. What has the focus keeps it; where that has gone, the focus goes to what comes `next`. */
export function keepFocus(place, change, next) {
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  change();
  if (focused?.isConnected && focused.checkVisibility()) {
    if (document.activeElement !== focused) {
      focused.focus({ preventScroll: true }); // it was moved
    }
  } else if (focused) {
    next().focus();
  }
}
