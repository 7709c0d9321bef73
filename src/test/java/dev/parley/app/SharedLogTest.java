package dev.parley.app;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.node.Budget;
import dev.parley.node.Threads;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SharedLogTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "redis:///1 needs.a.host",
                "redis://user:hidden@ a.Redis.host",
                "redis://user:hidden@:x host",
                "redis://user:hidden@host:70000 port",
                "redis://user:hidden@a,b one.Redis.host",
                "redis://user:hidden@host/nought number.of.a.database",
                "redis-sentinel://user:hidden@host master=name",
                "redis://user:hid^den@host %40",
                "redis://user:hid%zzden@host %40",
                "postgresql://user:hidden@host /database",
                "postgresql://user:hid%zzden@host/rooms %40",
                "jdbc:postgresql://host:nought/rooms?password=hidden address"
            })
    void anAddressOfNoEngineStopsWithOneLineThatSaysWhyAndKeepsTheSecret(String address, String why) {
        assertThatThrownBy(() -> new SharedLog(address, "").open(1, new Budget(Long.MAX_VALUE), new Threads()))
                .isInstanceOf(SettingsException.class)
                .message()
                .startsWith("parley.backplane: ")
                .contains(why.replace('.', ' '))
                .doesNotContain("hid")
                .hasLineCount(1);
    }
}
