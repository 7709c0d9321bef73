/**
 * Endpoints of an application's own: one class that extends {@link dev.parley.endpoint.ParleyEndpoint}, and one record of what its
 * handshake brings. Parts, limits, close codes, pongs, faults and the outbox are not its affair.
 */
@NullMarked
package dev.parley.endpoint;

import org.jspecify.annotations.NullMarked;
