import { useEffect, useRef } from 'react';

/** Of a page, and its title. It takes the focus, so that readers of the screen hear which page has come. */
export function Heading({ children }) {
  const heading = useRef();
  useEffect(() => heading.current.focus(), []);
  return (
    <>
      <title>{children}</title>
      <h1 ref={heading} tabIndex={-1}>{children}</h1>
    </>
  );
}
