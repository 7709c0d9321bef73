package dev.parley.backplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class AttendanceTest {
    private final Attendance attendance = new Attendance();
    private final Map<String, String> told = new HashMap<>(); // users who are in, with what each says

    /** Whatever comes in whatever order, watchers know the same as somebody who counts all connections anew. */
    @Test
    void watchersKnowWhatAllConnectionsComeTo() {
        attendance.add(new Attendance.Watching(new Watcher(told)));
        Map<String, Membership> all = new HashMap<>();
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            int number = random.nextInt(12);
            String said = random.nextInt(3) == 0 ? "" : Occupant.status(i, Integer.toString(i));
            Membership member = new Membership("user-" + number % 4, "c-" + number, random.nextInt(3) > 0, said);
            Membership before = member.isIn() ? all.put("c-" + number, member) : all.remove("c-" + number);
            boolean wasThere = told.containsKey(member.user());
            assertThat(attendance.apply(member)).isEqualTo(wasThere != told.containsKey(member.user()));
            if (i % 100 == 0) {
                List<Membership> read = new ArrayList<>();
                if (before != null) {
                    read.add(before); // which the one behind it replaces
                }
                read.addAll(all.values());
                if (!member.isIn()) {
                    read.add(member);
                }
                attendance.become(Attendance.of(read));
            }

            assertThat(told).isEqualTo(expected(all));
        }
        Map<String, String> late = new HashMap<>();
        attendance.add(new Attendance.Watching(new Watcher(late)));
        assertThat(late).isEqualTo(told);
        attendance.become(new Attendance());
        assertThat(told).isEmpty();
        assertThat(late).isEmpty();
        assertThat(attendance.isEmpty()).isTrue();
    }

    private static Map<String, String> expected(Map<String, Membership> all) {
        Map<String, String> newest = new HashMap<>();
        all.values()
                .forEach(member -> newest.merge(
                        member.user(), member.status(), (one, other) -> one.compareTo(other) > 0 ? one : other));
        newest.replaceAll((user, status) -> new Occupant(1, status).data());
        return newest;
    }

    @Test
    void aUserOfVeryManyConnectionsIsCounted() {
        for (int i = 0; i < 50_000; i++) {
            assertThat(attendance.apply(new Membership("guest", "c-" + i, true, "")))
                    .isEqualTo(i == 0);
        }
        assertThat(attendance.occupants()).isEqualTo(Map.of("guest", new Occupant(50_000, "")));
        for (int i = 0; i < 50_000; i++) {
            assertThat(attendance.apply(new Membership("guest", "c-" + i, false, "")))
                    .isEqualTo(i == 49_999);
        }
    }

    /** Keeps what it is told, and refuses what cannot be. */
    private record Watcher(Map<String, String> told) implements PresenceStore.Watcher {
        @Override
        public void joined(String user) {
            assertThat(told.put(user, "")).as("of one who is in").isNull();
        }

        @Override
        public void changed(String user, String data) {
            assertThat(told.put(user, data))
                    .as("of one who is out, or the same")
                    .isNotNull()
                    .isNotEqualTo(data);
        }

        @Override
        public void left(String user) {
            assertThat(told.remove(user)).as("of one who is out").isNotNull();
        }
    }
}
