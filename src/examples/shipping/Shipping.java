import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.parley.client.Credential;
import dev.parley.client.JsonBinding;
import dev.parley.client.ParleyClient;
import dev.parley.client.ParleyClientException;
import dev.parley.client.Room;
import java.net.URI;
import java.util.concurrent.CompletionException;

/** Tells a room that an order has been shipped, and waits until it is stored: {@code Shipping wss://example.org/rooms TOKEN order-42}. */
final class Shipping {
    record Shipped(long order, String carrier) {}

    /** The application's own JSON. */
    static final class Jackson implements JsonBinding {
        private final ObjectMapper mapper = new ObjectMapper();

        @Override
        public String write(Object value) {
            try {
                return mapper.writeValueAsString(value);
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(e);
            }
        }

        @Override
        public <T> T read(String json, Class<T> type) {
            try {
                return mapper.readValue(json, type);
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }

    public static void main(String[] arguments) {
        ParleyClient.Options options = ParleyClient.Options.defaults().json(new Jackson());
        try (ParleyClient client =
                ParleyClient.connect(URI.create(arguments[0]), Credential.tokens(refresh -> arguments[1]), options)) {
            Room order = client.join(arguments[2]);
            order.onMessage(message -> System.out.println(message.data().as(Shipped.class).carrier()));

            Room.Ack stored = order.send(new Shipped(42, "by bicycle"), "shipped-42").join();
            System.out.println("stored at " + stored.position().seq());
        } catch (CompletionException failed) {
            ParleyClientException why = (ParleyClientException) failed.getCause();
            System.err.println("not stored: " + why.code() + ", " + why.getMessage());
        }
    }
}
