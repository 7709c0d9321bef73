/**
 * The words of the wire: close codes and, later, messages. A leaf: everybody may use it, it uses nobody.
 */
@NullMarked
package dev.parley.protocol;

import org.jspecify.annotations.NullMarked;
