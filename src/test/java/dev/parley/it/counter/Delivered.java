package dev.parley.it.counter;

/** What is told when an order has arrived. */
public record Delivered(long delivered) {}
