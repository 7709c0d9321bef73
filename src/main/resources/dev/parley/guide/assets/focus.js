/**
 * To be called before an element is hidden, disabled or removed: if it has the focus, or something in it has, that goes elsewhere,
 * or a keyboard would begin at the top of the page again.
 */
export function release(element, next = document.getElementById('messageText')) {
  if (element.contains(document.activeElement)) {
    next.focus();
  }
}
