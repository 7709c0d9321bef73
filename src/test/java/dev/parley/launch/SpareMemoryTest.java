package dev.parley.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class SpareMemoryTest {
    @Test
    void machineIsToldHowMuchMayBeFree() {
        HotSpotDiagnosticMXBean machine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        String before = machine.getVMOption("MaxHeapFreeRatio").getValue();
        String lower = machine.getVMOption("MinHeapFreeRatio").getValue();
        try {
            SpareMemory.giveBack();
            assertThat(machine.getVMOption("MinHeapFreeRatio").getValue()).isEqualTo("10");
            assertThat(machine.getVMOption("MaxHeapFreeRatio").getValue()).isEqualTo("20");
        } finally {
            machine.setVMOption("MaxHeapFreeRatio", before);
            machine.setVMOption("MinHeapFreeRatio", lower);
        }
    }
}
