/**
 * JSON Web Tokens. The one package that knows the library beneath, Nimbus JOSE + JWT. Called by {@code app}.
 */
@NullMarked
package dev.parley.handshake.jwt;

import org.jspecify.annotations.NullMarked;
