/**
 * A shop that has endpoints of its own with Parley's jar, as the page on parameters tells it. The page's snippets are the code of this
 * package.
 */
package dev.parley.it.shop;
