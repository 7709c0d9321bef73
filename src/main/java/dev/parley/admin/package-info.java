/**
 * The console: a page for operators, and the socket that keeps it up to date. It looks at the parts every second or so while a
 * page is open and shows what it sees; it never mirrors traffic. What an operator does goes over the HTTP API.
 *
 * <p>Only {@code app} calls in here. Imports {@code api}, whose views and roles it shares.
 */
@NullMarked
package dev.parley.admin;

import org.jspecify.annotations.NullMarked;
