package dev.parley.backplane;

import java.time.Duration;

/**
 * How an engine is doing, seen from this node.
 *
 * @param engine its name, without address or secret
 * @param isReachable whether it took and gave what it was asked for last
 * @param lag how long ago the followers were last known to have been told everything; zero when they have
 * @param repairs how often a room was read again because something was missing, or might have been
 * @param reconnects how often a connection to the engine was made anew
 * @param refusals how much of what applications left in the engine this node has put aside
 */
public record Health(String engine, boolean isReachable, Duration lag, long repairs, long reconnects, long refusals) {}
