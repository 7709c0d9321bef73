/** What an application with a login of its own adds to Parley's archive. */
@NullMarked
package dev.parley.it.login;

import org.jspecify.annotations.NullMarked;
