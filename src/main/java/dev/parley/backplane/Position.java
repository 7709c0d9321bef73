package dev.parley.backplane;

/**
 * A place in the log of a room.
 *
 * @param epoch changes when the log begins anew; without it, a log that came back shorter would reuse numbers unnoticed
 * @param seq 1, 2, 3 … without a hole inside an epoch; 0 is before the first message
 */
public record Position(String epoch, long seq) {}
