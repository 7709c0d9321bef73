/**
 * A shop that uses Parley's classes as a library, as the page on parameters tells it: plain Jakarta endpoints behind the gate. The
 * page's snippets are the code of this package.
 */
package dev.parley.it.shop;
