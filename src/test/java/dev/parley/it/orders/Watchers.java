package dev.parley.it.orders;

import dev.parley.InRoom;
import dev.parley.MemberLeft;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;

/** Notes who has stopped watching an order. One node of the cluster is told, whichever node the user was on. */
@ApplicationScoped
public class Watchers {
    @PersistenceContext
    EntityManager database;

    @Transactional
    public void left(@ObservesAsync @InRoom("order-{id}") MemberLeft left) {
        database.createNativeQuery("INSERT INTO departures VALUES (?1, ?2)")
                .setParameter(1, left.room().toString())
                .setParameter(2, left.user())
                .executeUpdate();
    }
}
