package dev.parley.it.orders;

import dev.parley.Parley;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;

/** What staff do with an order. Whoever watches the order sees it. */
@ApplicationScoped
@Path("orders/{id}")
public class OrderResource {
    @Inject
    Orders orders;

    @Inject
    Parley parley;

    @POST
    @Path("ship")
    @Transactional
    public void ship(@PathParam("id") long id, @FormParam("parcels") int parcels) {
        parley.room("order-" + id).publishAfterCommit(new Shipped(id, parcels));
        orders.find(id).ship(parcels);
    }

    /** Told within the transaction of the database: not even a crash comes between. */
    @POST
    @Path("deliver")
    @Transactional
    public void deliver(@PathParam("id") long id) {
        orders.find(id).deliver();
        orders.publish("order-" + id, "{\"delivered\":" + id + "}");
    }

    @POST
    @Path("hand-over")
    public void handOver(@PathParam("id") long id, @FormParam("to") String customer) {
        orders.handOver(id, customer);
        parley.room("order-" + id).recheck();
    }
}
