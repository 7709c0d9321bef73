package dev.parley.it.shop;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** What is in stock, and how many are looking at it just now. */
final class Stock {
    final AtomicInteger sessions = new AtomicInteger();

    int count(String item) {
        return Map.of("plumbus", 7, "portal gun", 1).getOrDefault(item, 0);
    }
}
