package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The status that a user sets, as presence data, in the browsers of the others. */
@Tag("standalone-alone") // it measures
@Tag("standalone")
final class StatusIT extends PagesInBrowser {
    private static final int WITHIN_MILLIS = 1_000;
    private static final int AT_ONCE_MILLIS = 5_000; // half of how long a closed page may come back
    private static final int PATIENCE_MILLIS = 20_000;

    private final String room = "r-" + UUID.randomUUID();

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("parley");
    }

    /**
     * The chat's page, in another room, whose script is in this one, too, as that user. It notes, by the clock of the machine, when
     * the others' statuses were other than before.
     */
    private Tab enter(String user) {
        Tab tab = browser.open(page("chat?room=beside-" + room));
        assertThat(tab.runAsync("""
                        const [user, name, done] = arguments;
                        import(new URL('parley.js', document.baseURI)).then(({ connect }) => {
                          window.client = connect('rooms', { credential: { user } });
                          window.room = client.join(name, { presence: true });
                          window.seen = [];
                          room.on('presence', () => {
                            const all = JSON.stringify([...room.members.values()].map(({ user, data }) => [user, data ?? null]).sort());
                            seen.at(-1)?.all === all || seen.push({ all, at: Date.now() });
                          });
                          room.on('state', ({ name }) => name === 'joined' && done('in'));
                        });""", user, room)).isEqualTo("in");
        return tab;
    }

    /** When a tab's page saw these members with these data, and no others. */
    private static long seesAt(Tab tab, String all) {
        Object answer = tab.runAsync("""
                const [all, patience, done] = arguments;
                const until = Date.now() + patience;
                const look = () => {
                  const last = seen.at(-1);
                  if (last?.all === all) {
                    done(last.at);
                  } else if (Date.now() > until) {
                    done(JSON.stringify(seen));
                  } else {
                    setTimeout(look, 20);
                  }
                };
                look();""", all, PATIENCE_MILLIS);
        assertThat(answer).as(all).isInstanceOf(Long.class);
        return (Long) answer;
    }

    private static long sets(Tab tab, String status) {
        return (Long) tab.run("const now = Date.now(); room.presence({ status: arguments[0] }); return now;", status);
    }

    @Test
    void aStatusIsSeenByAllWithinASecondAndGoesWithTheLastConnection() {
        Tab ann = enter("ann");
        Tab annToo = enter("ann");
        List<Tab> others = List.of(enter("bob"), enter("cai"), enter("dee"));
        others.forEach(tab -> seesAt(tab, all("null")));

        List<Long> delays = new ArrayList<>();
        for (String status : List.of("in a meeting", "back", "away")) {
            long set = sets(ann, status);
            delays.add(others.stream()
                    .mapToLong(other -> seesAt(other, all("{\"status\":\"" + status + "\"}")) - set)
                    .max()
                    .orElseThrow());
        }
        assertThat(Collections.min(delays)) // one may wait for other work of the machine
                .as("milliseconds until all see it, of %s", delays)
                .isLessThan(WITHIN_MILLIS);
        Tab late = enter("eve");
        seesAt(late, all("{\"status\":\"away\"}").replace("]]", "],[\"eve\",null]]"));
        late.close(); // for ten seconds she may come back
        others.forEach(tab -> seesAt(tab, all("{\"status\":\"away\"}")));

        sets(annToo, "on the phone");
        others.forEach(tab -> seesAt(tab, all("{\"status\":\"on the phone\"}")));
        annToo.run("client.close()");
        // The other connection's is the newest there is now.
        others.forEach(tab -> seesAt(tab, all("{\"status\":\"away\"}")));

        long gone = (Long) ann.run("const now = Date.now(); room.leave(); return now;");
        for (Tab other : others) {
            assertThat(seesAt(other, "[[\"bob\",null],[\"cai\",null],[\"dee\",null]]") - gone)
                    .as("milliseconds until she has left")
                    .isLessThan(AT_ONCE_MILLIS);
        }
        seesAt(enter("ann"), all("null"));
    }

    private static String all(String annsData) {
        return "[[\"ann\"," + annsData + "],[\"bob\",null],[\"cai\",null],[\"dee\",null]]";
    }
}
