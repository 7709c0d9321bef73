package dev.parley.it.orders;

/** What is told when an order is shipped. */
public record Shipped(long order, int parcels) {}
