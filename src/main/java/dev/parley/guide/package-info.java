/**
 * The FastAPI guide's three endpoints, their pages, and the chat application: one application among others. It uses the public packages
 * alone, and is not in the library's jar; {@code parley.guide} turns it off.
 *
 * <p>The servlet of the pages replaces the server's default one, so that nothing can be downloaded but what {@link Pages} lists: the
 * WAR is also a program, and a server that handed out its parts would hand out the launcher. For the same reason the
 * pages lie on the class path and not at the root of the WAR.
 *
 * <p>The pages need no build step and no library. Everything in them is addressed relative to where it was loaded from,
 * so they work under any context path and behind a proxy; scripts and styles are files of their own, which lets the
 * Content-Security-Policy forbid all others.
 */
@NullMarked
package dev.parley.guide;

import org.jspecify.annotations.NullMarked;
