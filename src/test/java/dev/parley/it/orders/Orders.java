package dev.parley.it.orders;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;

/** The orders in the database. */
@ApplicationScoped
public class Orders {
    @PersistenceContext
    EntityManager database;

    Order find(long id) {
        return database.find(Order.class, id);
    }

    /** Whether it is this customer's, as the database has it now. */
    boolean belongsTo(String id, String customer) {
        return !database.createQuery("SELECT o.id FROM Order o WHERE o.id = :id AND o.customer = :customer", Long.class)
                .setParameter("id", Long.valueOf(id))
                .setParameter("customer", customer)
                .getResultList()
                .isEmpty();
    }

    @Transactional
    void handOver(long id, String customer) {
        find(id).handOver(customer);
    }

    /** Says something in a room when the caller's transaction commits, and not if it rolls back. */
    void publish(String room, String json) {
        database.createNativeQuery("SELECT CAST(parley_publish(?1, CAST(?2 AS jsonb)) AS text)")
                .setParameter(1, room)
                .setParameter(2, json)
                .getSingleResult();
    }
}
