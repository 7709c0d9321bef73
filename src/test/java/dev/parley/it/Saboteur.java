package dev.parley.it;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ClassType;
import com.sun.jdi.Location;
import com.sun.jdi.ObjectCollectedException;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.LocatableEvent;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.MethodEntryRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Has a thread of a running node meet an error of the kind that nobody expects, where it enters a method of Parley's: a debugger,
 * from outside. Used by one thread.
 */
final class Saboteur implements AutoCloseable {
    /** The options of a virtual machine that lets it in. */
    static final List<String> LETS_IN =
            List.of("-Xmx256m", "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0");

    private static final String OURS = "parley-";
    private static final String CLASSES = "dev.parley.*";
    private static final long STEP_MILLIS = 200;

    private final VirtualMachine vm;
    private @Nullable Location hit;
    private boolean isLeftAlone;

    private Saboteur(VirtualMachine vm) {
        this.vm = vm;
    }

    static Saboteur of(AbusedNode node) throws Exception {
        AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(known -> known.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.get("hostname").setValue("127.0.0.1");
        arguments.get("port").setValue(Integer.toString(node.debugPort()));
        return new Saboteur(connector.attach(arguments));
    }

    /** The names of the threads of Parley's, without their numbers. */
    List<String> kinds() {
        return ours().map(Saboteur::kind).distinct().sorted().toList();
    }

    private Stream<ThreadReference> ours() {
        return vm.allThreads().stream().filter(thread -> thread.name().startsWith(OURS));
    }

    private static String kind(ThreadReference thread) {
        return thread.name().replaceAll("-[0-9]+$", "");
    }

    /**
     * Throws an error of this class in a thread of this kind, as soon as one enters a method of Parley's.
     *
     * @param passedOver how many entries are let pass before, so that it is not always at the beginning of a task
     * @return where that was; empty if none did in time
     */
    String throwIn(String kind, String error, int passedOver, Duration patience) throws Exception {
        int[] left = {passedOver};
        MethodEntryRequest entries = vm.eventRequestManager().createMethodEntryRequest();
        entries.addClassFilter(CLASSES);
        entries.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
        entries.enable();
        Optional<LocatableEvent> event = next(
                patience,
                met -> kind(met.thread()).equals(kind)
                        && !met.location().declaringType().name().contains("$$Lambda")
                        && left[0]-- == 0,
                () -> {});
        entries.disable();
        if (event.isEmpty()) {
            drain();
            return "";
        }
        ThreadReference thread = event.get().thread();
        hit = event.get().location().method().location();
        ObjectReference thrown = instance(error, thread);
        thread.stop(thrown);
        thread.resume();
        try {
            drain();
        } catch (VMDisconnectedException gone) {
            isLeftAlone = true;
        }
        return hit.method().declaringType().name() + "." + hit.method().name();
    }

    /** Made again if it was collected before anybody could keep it. */
    private ObjectReference instance(String error, ThreadReference thread) throws Exception {
        while (true) {
            try {
                return made(error, thread);
            } catch (ObjectCollectedException again) {
                // the node is busy, and its heap small
            }
        }
    }

    private ObjectReference made(String error, ThreadReference thread) throws Exception {
        ClassType type = (ClassType) vm.classesByName(error).get(0);
        ObjectReference instance = type.newInstance(
                thread,
                type.concreteMethodByName("<init>", "(Ljava/lang/String;)V"),
                List.of(vm.mirrorOf("sabotage")),
                ClassType.INVOKE_SINGLE_THREADED);
        instance.disableCollection();
        return instance;
    }

    /** Whether any thread comes to where it was thrown, within so long; {@code meanwhile} is asked until then. */
    boolean isReachedAgain(Duration patience, Runnable meanwhile) throws InterruptedException {
        try {
            BreakpointRequest request = vm.eventRequestManager().createBreakpointRequest(hit);
            request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
            request.enable();
            Optional<LocatableEvent> event = next(patience, met -> true, meanwhile);
            request.disable();
            event.ifPresent(met -> met.thread().resume());
            drain();
            return event.isPresent();
        } catch (VMDisconnectedException gone) {
            isLeftAlone = true;
            return false;
        }
    }

    /** Whether the virtual machine has ended. */
    boolean isLeftAlone() {
        return isLeftAlone;
    }

    /** The next event of such a thread, which stays where it is; all others go on. */
    private Optional<LocatableEvent> next(Duration patience, Predicate<LocatableEvent> wanted, Runnable meanwhile)
            throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() - end < 0) {
            EventSet events = vm.eventQueue().remove(STEP_MILLIS);
            if (events == null) {
                meanwhile.run();
                continue;
            }
            for (Event event : events) {
                if (event instanceof LocatableEvent met && wanted.test(met)) {
                    return Optional.of(met);
                }
            }
            events.resume();
        }
        return Optional.empty();
    }

    /** Lets everybody go on who was stopped meanwhile. */
    private void drain() throws InterruptedException {
        for (EventSet events = vm.eventQueue().remove(STEP_MILLIS);
                events != null;
                events = vm.eventQueue().remove(STEP_MILLIS)) {
            events.resume();
        }
    }

    @Override
    public void close() {
        try {
            vm.dispose();
        } catch (VMDisconnectedException gone) {
            // so it is left alone
        }
    }
}
