package dev.parley.client;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What is asked of a room in no order among others: it waits until we are in, and outlives losses of the connection. Used in steps only,
 * but for {@link #ask}.
 */
final class Requests {
    private static final class Request {
        private final Frame.Writer frame;
        private final Consumer<Frame> take;
        private final Consumer<ParleyClientException> fail;
        private boolean isUnderWay;

        Request(Frame.Writer frame, Consumer<Frame> take, Consumer<ParleyClientException> fail) {
            this.frame = frame;
            this.take = take;
            this.fail = fail;
        }
    }

    private final Membership room;
    private final Protocol client;
    private final Set<Request> requests = new LinkedHashSet<>();

    Requests(Membership room, Protocol client) {
        this.room = room;
        this.client = client;
    }

    <T> CompletableFuture<T> ask(Supplier<Frame.Writer> frame, Function<Frame, T> read) {
        CompletableFuture<T> future = new CompletableFuture<>();
        client.step(() -> {
            ParleyClientException refused = room.ended();
            if (refused != null) {
                client.fail(future, refused);
                return;
            }
            Request request = new Request(
                    frame.get(),
                    answer -> client.complete(future, read.apply(answer)),
                    error -> client.fail(future, error));
            requests.add(request);
            issue(request);
        });
        return future;
    }

    /** We are in. */
    void pump() {
        List.copyOf(requests).forEach(this::issue);
    }

    /** There is no connection any more. */
    void disconnected() {
        requests.forEach(request -> request.isUnderWay = false);
    }

    void failAll(ParleyClientException reason) {
        List<Request> unanswered = List.copyOf(requests);
        requests.clear();
        unanswered.forEach(request -> request.fail.accept(reason));
    }

    private void issue(Request request) {
        if (!room.isJoined() || request.isUnderWay) {
            return;
        }
        request.isUnderWay = true;
        client.messages().inTurn(() -> {
            if (!requests.contains(request)) {
                return false;
            }
            if (!room.isJoined()) {
                request.isUnderWay = false;
                return false;
            }
            client.link.questions.ask(
                    request.frame::text,
                    answer -> {
                        if (requests.remove(request)) {
                            request.take.accept(answer);
                        }
                    },
                    error -> {
                        if (!error.mayRetry() && requests.remove(request)) {
                            request.fail.accept(error);
                        } else if (!error.code().equals(Questions.DISCONNECTED)) {
                            client.retry(client.messages(), error, () -> {
                                request.isUnderWay = false;
                                if (requests.contains(request)) {
                                    issue(request);
                                }
                            });
                        }
                    });
            return true;
        });
    }
}
