package dev.parley.it.delivery;

/** What is told when an order is shipped. */
public record Shipped(String order, int parcels) {}
