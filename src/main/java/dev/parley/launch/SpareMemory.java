package dev.parley.launch;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;

/**
 * Has the virtual machine give back the memory that it does not need. By default G1 keeps more than twice what is alive, and
 * keeps what a rush of visitors once needed until the next collection, which does not come while nobody speaks. What the user
 * has said on the command line stands.
 *
 * @see <a href="https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html">MinHeapFreeRatio, MaxHeapFreeRatio,
 *     G1PeriodicGCInterval</a>
 */
final class SpareMemory {
    /** Percent of the heap that may be free after a collection, the lower bound first; milliseconds between collections. */
    private static final List<Map.Entry<String, String>> OPTIONS = List.of(
            Map.entry("MinHeapFreeRatio", "10"),
            Map.entry("MaxHeapFreeRatio", "20"),
            Map.entry("G1PeriodicGCInterval", "60000"));

    private SpareMemory() {}

    /** Does nothing on a virtual machine that has no such options. */
    static void giveBack() {
        HotSpotDiagnosticMXBean machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (machine == null) {
            return;
        }
        OPTIONS.forEach(option -> {
            try {
                VMOption known = machine.getVMOption(option.getKey());
                if (known.isWriteable() && known.getOrigin() == VMOption.Origin.DEFAULT) {
                    machine.setVMOption(option.getKey(), option.getValue());
                }
            } catch (IllegalArgumentException unknownHere) {
                // Another collector or another version; its own habits must do.
            }
        });
    }
}
