/**
 * The pages: what a browser gets over plain HTTP. Only {@code app} calls in here, to construct the one servlet.
 *
 * <p>The servlet replaces the server's default one, so that nothing can be downloaded but what {@link Pages} lists: the
 * WAR is also a program, and a server that handed out its parts would hand out the launcher. For the same reason the
 * pages lie on the class path and not at the root of the WAR.
 *
 * <p>The pages need no build step and no library. Everything in them is addressed relative to where it was loaded from,
 * so they work under any context path and behind a proxy; scripts and styles are files of their own, which lets the
 * Content-Security-Policy forbid all others.
 */
@NullMarked
package dev.parley.web;

import org.jspecify.annotations.NullMarked;
