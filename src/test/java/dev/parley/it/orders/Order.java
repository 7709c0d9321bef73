package dev.parley.it.orders;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** Somebody's order. */
@Entity
@Table(name = "orders")
public class Order {
    @Id
    long id;

    String customer = "";
    int parcels;
    String status = "";

    void ship(int packed) {
        if (packed < 1) {
            throw new IllegalStateException("order " + id + " has nothing to ship");
        }
        parcels = packed;
        status = "shipped";
    }

    void deliver() {
        status = "delivered";
    }

    void handOver(String to) {
        customer = to;
    }
}
