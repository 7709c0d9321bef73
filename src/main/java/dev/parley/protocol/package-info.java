/**
 * The words of the wire: close codes, messages, and the JSON that they are written in. A leaf: everybody may use it, it uses
 * nobody.
 */
@NullMarked
package dev.parley.protocol;

import org.jspecify.annotations.NullMarked;
