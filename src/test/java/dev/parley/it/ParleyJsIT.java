package dev.parley.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.it.harness.ParleyWar;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * parley.js in a real browser, against a server that the test plays: what a real one cannot be made to do on cue, and hours
 * that pass in no time. Each test is a script that returns what it saw.
 */
@Tag("system") // a browser
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@Tag("standalone")
final class ParleyJsIT {
    private static Browser browser;

    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive war() {
        return ParleyWar.under("parley");
    }

    @BeforeAll
    static void startBrowser() {
        browser = Browser.start();
    }

    @AfterAll
    static void stopBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void itConnectsBesideItselfWhateverTheContextPath() {
        assertThat(seen("""
                connect();
                await settle();
                return [ScriptedSocket.last.url, ScriptedSocket.last.protocol]""")).isEqualTo(List.of(base.toString().replace("http:", "ws:") + "rooms", "parley.v1"));
    }

    @ParameterizedTest
    @CsvSource({
        "1000, closed",
        "1001, waiting",
        "1002, closed",
        "1003, closed",
        "1005, waiting",
        "1006, waiting",
        "1007, closed",
        "1008, closed",
        "1009, closed",
        "1011, waiting",
        "3000, waiting",
        "4001, waiting",
        "4002, waiting",
        "4003, waiting",
        "4499, waiting",
        "4500, closed",
        "4501, closed",
        "4999, closed"
    })
    void theCloseCodeSaysWhetherToComeBack(int code, String state) {
        assertThat(seen("""
                const client = connect();
                (await welcome()).end(%d, 'why');
                await nextAttempt();
                return [client.state.name === 'connecting' ? 'waiting' : client.state.name, ScriptedSocket.all.length]""".formatted(code))).isEqualTo(List.of(state, state.equals("waiting") ? 2L : 1L));
    }

    /** Undertow closes with it when the login's session ends, before anybody of ours hears of that. */
    @Test
    void aServersOwnCloseForPolicySaysThatTheCredentialHasExpired() {
        assertThat(seen("""
                let asked = [];
                const client = connect('rooms', { credential: async ({ refresh }) => { asked.push(refresh); return 't'; } });
                (await welcome()).end(1008, '');
                await nextAttempt();
                return [client.state.name, ...asked]""")).isEqualTo(List.of("connecting", false, true));
    }

    @Test
    void waitsGrowAndAreDrawnFromTheWholeRange() {
        String waits = """
                const client = connect();
                await settle();
                const waits = [];
                dice = %s;
                for (let i = 0; i < 9; i++) {
                  ScriptedSocket.last.end(1006);
                  while (client.state.name === 'connecting') { // it looks for another way after a few
                    await settle();
                  }
                  waits.push(client.state.until - now);
                  await nextAttempt();
                }
                return waits""";

        assertThat(seen(waits.formatted("1")))
                .isEqualTo(List.of(500L, 1000L, 2000L, 4000L, 8000L, 16_000L, 30_000L, 30_000L, 30_000L));
        assertThat(seen(waits.formatted("0"))).isEqualTo(List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L));
    }

    @Test
    void onlyAConnectionThatLastedLetsItForgetItsFailures() {
        assertThat(seen("""
                const client = connect();
                const waits = [];
                dice = 1;
                for (const lasted of [0, 1_000, 6_000, 0]) {
                  await welcome();
                  await pass(lasted);
                  ScriptedSocket.last.end(1006);
                  while (client.state.name === 'connecting') { // it looks for another way after a few
                    await settle();
                  }
                  waits.push(client.state.until - now);
                  await nextAttempt();
                }
                return waits""")).isEqualTo(List.of(500L, 1000L, 500L, 1000L));
    }

    @Test
    void whoIsToldGoodbyeComesBackInTheRangeThatWasNamed() {
        assertThat(seen("""
                const client = connect();
                await welcome();
                ScriptedSocket.last.tell({ type: 'bye', code: 1001, reconnect: true, after: [500, 20_000] });
                dice = 0.25;
                ScriptedSocket.last.end(1001);
                const first = client.state.until - now;
                await nextAttempt();
                await welcome();
                ScriptedSocket.last.tell({ type: 'bye', code: 1001, reconnect: false });
                ScriptedSocket.last.end(1001);
                return [first, client.state.name]""")).isEqualTo(List.of(5375L, "closed"));
    }

    @Test
    void pingsAreAnsweredAndSilenceIsTheEnd() {
        assertThat(seen("""
                connect();
                const socket = await welcome();
                await pass(49_000);
                socket.tell({ type: 'ping' });
                await pass(49_000);
                const before = ScriptedSocket.all.length;
                await pass(2_000);
                return [socket.count('pong'), before, ScriptedSocket.all.length, socket.readyState]""")).isEqualTo(List.of(1L, 1L, 2L, 3L));
    }

    @Test
    void aServerThatNeverSaysWelcomeIsGivenUp() {
        assertThat(seen("""
                connect();
                await settle();
                ScriptedSocket.last.open();
                await pass(16_000);
                return ScriptedSocket.all.length""")).isEqualTo(2L);
    }

    @Test
    void theCredentialIsRenewedBeforeItEndsAndAfterItHas() {
        assertThat(seen("""
                const asked = [];
                connect('rooms', { credential: ({ refresh }) => { asked.push(refresh); return `t${asked.length}`; } });
                const first = await welcome({ expires: new Date(now + 3_600_000).toISOString() });
                for (let i = 0; i < 119; i++) {
                  await pass(30_000);
                  first.tell({ type: 'ping' });
                }
                await settle();
                const renewed = first.heard('refresh')?.token;
                const second = await loseAndComeBack(4002);
                return [first.heard('connect').token, renewed, second.heard('connect').token, ...asked]""")).isEqualTo(List.of("t1", "t2", "t3", false, true, true));
    }

    @Test
    void aCredentialThatCannotBeHadIsAskedForAgain() {
        assertThat(seen("""
                let failures = 2;
                const client = connect('rooms', { credential: async () => { if (failures-- > 0) throw new Error('no'); return 't'; } });
                await settle();
                const reason = client.state.reason;
                await nextAttempt();
                return [reason, ScriptedSocket.all.length]""")).isEqualTo(List.of("no credential: no", 1L));
    }

    @Test
    void aNameIsSentWhereNoTokenIs() {
        assertThat(seen("""
                connect('rooms', { credential: { user: 'ann' } });
                const { user, token } = (await welcome()).heard('connect');
                return [user, token === undefined]""")).isEqualTo(List.of("ann", true));
    }

    @Test
    void oneMessageIsUnderWayAtATimeAndIsSentAgainUnderItsKey() {
        assertThat(seen("""
                const room = connect().join('r');
                const outcomes = [room.send('one'), room.send('two')].map(outcomeOf);
                const first = await welcome();
                await joined('r', place(0));
                const key = first.heard('send').key;
                const second = await loseAndComeBack();
                await joined('r', place(1), { resume: 'ok', replayed: 1 });
                const again = second.heard('send');
                await acknowledge(1);
                const next = second.heard('send');
                await acknowledge(2);
                return [first.count('send'), again.data, again.key === key, next.data, next.key === key, ...outcomes.map(({ is }) => is)]""")).isEqualTo(List.of(1L, "one", true, "two", false, "ack", "ack"));
    }

    @Test
    void manyAreOnTheirWayEachAfterTheOneBefore() {
        assertThat(seen("""
                const room = connect().join('r');
                const outcomes = Array.from({ length: 100 }, (_, i) => outcomeOf(room.send(i)));
                const socket = await welcome({ features: ['after'] });
                await joined('r', place(0));
                const sent = () => socket.sent.filter(({ type }) => type === 'send');
                const first = sent();
                const isChain = first.every(({ data, after }, i) => data === i && after === first[i - 1]?.key);
                await settle();
                first.slice(0, 10).forEach(({ id }, i) => socket.tell({ id, type: 'ack', room: 'r', position: place(i + 1), duplicate: false }));
                await settle();
                const more = sent().slice(64);
                return [first.length, isChain, more.length, more[0].data, more[0].after === first[63].key, outcomes.filter(({ is }) => is === 'ack').length]""")).isEqualTo(List.of(64L, true, 10L, 64L, true, 10L));
    }

    @Test
    void bigOnesAreFewAndTheBiggestAreAlone() {
        assertThat(seen("""
                const room = connect().join('r');
                const socket = await welcome({ features: ['after'], limits: { messageBytes: 300_000 } });
                await joined('r', place(0));
                for (let i = 0; i < 4; i++) {
                  room.send('x'.repeat(80_000));
                }
                await settle();
                const some = socket.count('send');
                const other = await loseAndComeBack();
                other.tell({ type: 'welcome', connection: 'c', user: 'ann', heartbeat: 20, features: ['after'], limits: { messageBytes: 90_000 } });
                await joined('r', place(0), { resume: 'ok', replayed: 0 });
                await settle();
                return [some, other.count('send'), other.heard('send').after === undefined]""")).isEqualTo(List.of(3L, 1L, true));
    }

    /** A server that refuses, rejects, loses answers and connections, and goes on storing what it had when a connection was lost. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void whateverHappensEachIsStoredOnceAndInOrder(int seed) {
        assertThat(seen("""
                let seed = 48_271 * %d;
                const chance = () => (seed = (seed * 16_807) %% 2_147_483_647) / 2_147_483_647;
                const happened = new Set();
                const happens = (what, odds) => chance() < odds && happened.add(what);
                const isRude = (data) => data %% 17 === 5;
                const stored = [];
                const seqs = new Map();
                let late = []; // what a node goes on storing
                function store({ key, after, data }) {
                  if (!seqs.has(key) && !isRude(data) && (after === undefined || seqs.has(after))) {
                    stored.push(data);
                    seqs.set(key, stored.length);
                  }
                  return seqs.get(key);
                }
                const room = connect().join('r');
                let made = 0;
                const outcomes = [];
                const speak = (count) => {
                  for (let i = 0; i < count; i++) {
                    outcomes.push(outcomeOf(room.send(made++)));
                  }
                };
                speak(120);
                let socket = await welcome({ features: ['after'] });
                await joined('r', place(0));
                let read = 0;
                for (let round = 0; round < 4_000 && outcomes.some(({ is }) => is === 'open'); round++) {
                  const answers = [];
                  for (let isLost = false; read < socket.sent.length && !isLost; ) {
                    const frame = socket.sent[read++];
                    const { id, type, key, data } = frame;
                    if (type !== 'send') {
                      continue;
                    }
                    const refuse = (code, retry, after) => answers.push({ id, type: 'error', code, retry, after, message: code });
                    isLost = happens('loss', 0.01);
                    if (isLost) {
                      late.push(...socket.sent.slice(read - 1).filter(({ type }) => type === 'send'));
                    } else if (happens('too fast', 0.03)) {
                      refuse('rate-limited', true, 5);
                    } else if (isRude(data)) {
                      refuse('rejected', false);
                    } else {
                      const known = seqs.has(key);
                      const seq = store(frame);
                      if (seq && happens('no answer', 0.01)) {
                        isLost = true;
                      } else if (seq) {
                        known && happened.add('duplicate');
                        answers.push({ id, type: 'ack', room: 'r', position: place(seq), duplicate: known });
                      } else {
                        happened.add('out of order');
                        refuse('out-of-order', true, 0);
                      }
                    }
                    if (isLost) {
                      socket.end(1006);
                      await nextAttempt();
                      socket = await welcome({ features: ['after'] });
                      await joined('r', place(0), { resume: 'ok', replayed: 0 });
                      read = 0;
                      answers.length = 0;
                      break;
                    }
                  }
                  answers.forEach((answer) => socket.tell(answer));
                  while (late.length > 0 && chance() < 0.8) {
                    store(late.shift());
                  }
                  if (made < 300 && chance() < 0.1) {
                    speak(30);
                  }
                  await pass(10);
                }
                const right = Array.from({ length: made }, (_, i) => i).filter((i) => !isRude(i));
                const fates = new Set(outcomes.map(({ is }) => is));
                return [stored.join() === right.join(), [...fates].sort().join(), [...happened].sort().join()]""".formatted(seed)))
                .isEqualTo(List.of(true, "ack,rejected", "duplicate,loss,no answer,out of order,too fast"));
    }

    @Test
    void whatIsSentTooFastIsSentLaterAndNothingOvertakesIt() {
        assertThat(seen("""
                const room = connect().join('r');
                const socket = await welcome();
                await joined('r', place(0));
                const outcomes = [room.send('one'), room.send('two')].map(outcomeOf);
                await refuse('send', 'rate-limited', true, 1500);
                await pass(1_400);
                const early = socket.count('send');
                await pass(200);
                const late = socket.heard('send').data;
                await acknowledge(1);
                await acknowledge(2);
                return [early, late, socket.count('send'), ...outcomes.map(({ is }) => is)]""")).isEqualTo(List.of(1L, "one", 3L, "ack", "ack"));
    }

    @Test
    void itKeepsToThePaceOfTheServerByItself() {
        assertThat(seen("""
                const room = connect().join('r');
                const socket = await welcome({ limits: { messagesPerSecond: 10 } });
                await joined('r', place(0));
                let seq = 0;
                const answer = socket.send.bind(socket);
                socket.send = (text) => {
                  answer(text);
                  const { type, id } = socket.sent.at(-1);
                  if (type === 'send') {
                    later(() => socket.tell({ id, type: 'ack', room: 'r', position: place(++seq), duplicate: false }));
                  }
                };
                for (let i = 0; i < 40; i++) {
                  room.send(i);
                }
                const counts = [];
                for (let second = 0; second < 4; second++) {
                  await new Promise((resolve) => later(resolve, 300));
                  await pass(1_000);
                  counts.push(socket.count('send'));
                }
                return counts.every((count, second) => count >= 8 * second && count <= 10 * (second + 2))""")).isEqualTo(true);
    }

    @Test
    void whatAPolicyRejectsFailsWithTheReasonAndHoldsNothingUp() {
        assertThat(seen("""
                const room = connect().join('r');
                const socket = await welcome();
                await joined('r', place(1));
                let error;
                room.send('one').catch((failure) => (error = failure));
                const next = outcomeOf(room.send('two'));
                await settle();
                const { id } = socket.heard('send');
                socket.tell({ id, type: 'error', code: 'rejected', retry: false, reason: 'rude', message: 'mind your words' });
                await pass(2_000);
                await acknowledge(2);
                return [error.code, error.reason, error.message, error.retry, next.is, socket.count('send')]""")).isEqualTo(List.of("rejected", "rude", "mind your words", false, "ack", 2L));
    }

    @Test
    void whoIsTakenOutOfARoomIsRefusedThereUntilTheNextConnection() {
        assertThat(seen("""
                const room = connect().join('r');
                await welcome();
                await joined('r', place(1));
                const waiting = outcomeOf(room.send('one'));
                await settle();
                ScriptedSocket.last.tell({ type: 'left', room: 'r', reason: 'removed' });
                await settle();
                const later = outcomeOf(room.send('two'));
                await settle();
                const seen = [room.state.name, room.state.error.code, waiting.is, later.is, ScriptedSocket.last.count('join')];
                await loseAndComeBack();
                await joined('r', place(1));
                return [...seen, room.state.name]""")).isEqualTo(List.of("refused", "removed", "removed", "removed", 1L, "joined"));
    }

    @Test
    void aRefusedMessageFailsAndTheNextOneGoes() {
        assertThat(seen("""
                const room = connect().join('r');
                await welcome();
                await joined('r', place(0));
                const outcomes = [room.send('one'), room.send('two')].map(outcomeOf);
                await refuse('send', 'forbidden', false);
                await acknowledge(1);
                return outcomes.map(({ is }) => is)""")).isEqualTo(List.of("forbidden", "ack"));
    }

    @Test
    void aMessageIsNotSentAgainWhenItsKeyMayBeForgotten() {
        assertThat(seen("""
                const room = connect().join('r');
                await welcome();
                await joined('r', place(0));
                const [tried, waiting] = ['one', 'two'].map((text) => outcomeOf(room.send(text)));
                await settle();
                ScriptedSocket.last.end(1006);
                await nextAttempt();
                const socket = await welcome();
                for (let i = 0; i < 20; i++) { // and it is not let in for so long
                  socket.tell({ type: 'ping' });
                  await pass(20_000);
                }
                await joined('r', place(0), { resume: 'ok', replayed: 0 });
                return [tried.is, waiting.is, socket.heard('send').data]""")).isEqualTo(List.of("uncertain", "open", "two"));
    }

    @Test
    void itAsksForExactlyWhatTheListenersHaveNotHad() {
        assertThat(seen("""
                const room = connect().join('r');
                const got = [];
                room.on('message', ({ seq }) => got.push(seq));
                const first = await welcome();
                await joined('r', place(7));
                [8, 9, 9, 8, 10].forEach((seq) => first.tell(message('r', seq)));
                const second = await loseAndComeBack();
                const since = second.heard('join').since;
                await joined('r', place(12), { resume: 'ok', replayed: 2 });
                [11, 12, 13].forEach((seq) => second.tell(message('r', seq)));
                return [first.heard('join').since === undefined, since.epoch, since.seq, since.message, room.position.seq, ...got]""")).isEqualTo(List.of(true, "e", 10L, "m10", 13L, 8L, 9L, 10L, 11L, 12L, 13L));
    }

    @Test
    void whatIsErasedIsToldInItsPlaceAndMovesThePosition() {
        assertThat(seen("""
                const room = connect().join('r');
                const got = [];
                room.on('message', ({ seq }) => got.push(seq));
                room.on('erased', ({ seq, erased }) => got.push(`${seq} erases ${erased?.message}`));
                const first = await welcome();
                await joined('r', place(7));
                first.tell(message('r', 8));
                const erasure = { type: 'erased', room: 'r', seq: 9, message: 'm9', erased: { seq: 8, message: 'm8' } };
                first.tell(erasure);
                first.tell(erasure);
                const second = await loseAndComeBack();
                const since = second.heard('join').since;
                await joined('r', place(11), { resume: 'ok', replayed: 2 });
                second.tell({ type: 'erased', room: 'r', seq: 10, message: 'm10' });
                second.tell(message('r', 11));
                return [since.seq, since.message, room.position.seq, ...got]""")).isEqualTo(List.of(9L, "m9", 11L, 8L, "9 erases m8", "10 erases undefined", 11L));
    }

    /** The snippet of the page about the client. */
    @Test
    void aPageThatBeginsWithASnapshotGoesOnSinceItsPosition() throws IOException {
        String page = Files.readString(Path.of("src/site/markdown/client.md"));
        int at = page.indexOf("const { parcels, position }");
        String snippet = page.substring(at, page.indexOf("\n```", at));

        assertThat(seen("""
                const shows = [];
                const show = (parcels) => shows.push(parcels);
                let loads = 0;
                const reload = () => loads++;
                const fetch = async (path) => ({ json: async () => ({ parcels: 5, position: place(7), path }) });
                const client = connect();
                const first = await welcome();
                %s
                await settle();
                const since = first.heard('join').since;
                const told = (seq, parcels) => ({ ...message('board', seq), data: { parcels } });
                await joined('board', place(9), { resume: 'ok', replayed: 2 });
                [told(8, 5), told(9, 6), told(10, 7)].forEach((frame) => first.tell(frame));
                await loseAndComeBack();
                await joined('board', place(3, 'f'), { resume: 'lost', reason: 'epoch', replayed: 0 });
                return [since.epoch, since.seq, since.message, loads, ...shows]""".formatted(snippet))).isEqualTo(List.of("e", 7L, "m7", 1L, 5L, 6L, 7L));
    }

    @Test
    void messagesRightBehindTheAnswerToAJoinAreTaken() {
        assertThat(seen("""
                const room = connect().join('r');
                const got = [];
                room.on('message', ({ seq }) => got.push(seq));
                const socket = await welcome();
                socket.tell({ id: socket.heard('join').id, type: 'joined', room: 'r', position: place(1), resume: 'none', replayed: 0 });
                socket.tell(message('r', 2));
                await settle();
                return got""")).isEqualTo(List.of(2L));
    }

    @Test
    void aGapIsClosedByJoiningAgain() {
        assertThat(seen("""
                const room = connect().join('r');
                const got = [];
                room.on('message', ({ seq }) => got.push(seq));
                const socket = await welcome();
                await joined('r', place(1));
                socket.tell(message('r', 2));
                socket.tell({ type: 'gap', room: 'r' });
                socket.tell(message('r', 9));
                await settle();
                const since = socket.heard('join').since.seq;
                await joined('r', place(9), { resume: 'ok', replayed: 7 });
                [3, 4, 5, 6, 7, 8, 9].forEach((seq) => socket.tell(message('r', seq)));
                return [since, ...got]""")).isEqualTo(List.of(2L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L));
    }

    @Test
    void whatIsLostIsSaidAndDeliveryGoesOnFromTheNewPlace() {
        assertThat(seen("""
                const room = connect().join('r');
                const got = [];
                const gaps = [];
                room.on('message', ({ seq }) => got.push(seq));
                room.on('gap', ({ reason, before, now }) => gaps.push(reason, before.seq, now.epoch));
                await welcome();
                await joined('r', place(50));
                const second = await loseAndComeBack();
                await joined('r', place(2, 'f'), { resume: 'lost', reason: 'epoch', replayed: 0 });
                second.tell(message('r', 3));
                const third = await loseAndComeBack();
                const { epoch, seq } = third.heard('join').since;
                return [...gaps, ...got, epoch, seq]""")).isEqualTo(List.of("epoch", 50L, "f", 3L, "f", 3L));
    }

    @Test
    void aRefusedRoomFailsWhatItWasAskedAndIsTriedOverTheNextConnection() {
        assertThat(seen("""
                const room = connect().join('r');
                const outcome = outcomeOf(room.send('one'));
                await welcome();
                await refuse('join', 'forbidden', false);
                const state = room.state.name;
                const second = await loseAndComeBack();
                const again = second.count('join');
                await joined('r', place(0));
                return [state, outcome.is, again, room.state.name]""")).isEqualTo(List.of("refused", "forbidden", 1L, "joined"));
    }

    @Test
    void historySurvivesALoss() {
        assertThat(seen("""
                const room = connect().join('r');
                const outcome = outcomeOf(room.history(9, 20));
                await welcome();
                await joined('r', place(9));
                const second = await loseAndComeBack();
                await joined('r', place(9), { resume: 'ok', replayed: 0 });
                const { id, before, limit } = second.heard('history');
                second.tell({ id, type: 'history', room: 'r', messages: [], more: false });
                await settle();
                return [before, limit, outcome.is]""")).isEqualTo(List.of(9L, 20L, "history"));
    }

    @Test
    void theInboxIsThereWithoutAJoinAndIsResumed() {
        assertThat(seen("""
                const { inbox, ...client } = connect();
                const heard = [];
                inbox.on('message', ({ data }) => heard.push(data));
                inbox.on('gap', ({ reason }) => heard.push(reason));
                const first = await welcome({ inbox: '~ann' });
                first.tell({ type: 'joined', room: '~ann', position: place(3), resume: 'none', replayed: 0 });
                first.tell(message('~ann', 4));
                first.tell(message('~bob', 5));
                const unasked = first.count('join');
                const past = outcomeOf(inbox.history());
                await settle();
                const { id, room } = first.heard('history');
                first.tell({ id, type: 'history', room, messages: [], more: false });
                first.end(1006);
                await nextAttempt();
                const second = await welcome({ inbox: '~ann' });
                second.tell({ type: 'joined', room: '~ann', position: place(6), resume: 'none', replayed: 0 });
                second.tell(message('~ann', 7));
                const { room: again, since } = second.heard('join');
                await joined('~ann', place(7), { resume: 'ok', replayed: 3 });
                [5, 6, 7, 8].forEach((seq) => second.tell(message('~ann', seq)));
                second.tell({ type: 'gap', room: '~ann' });
                await settle();
                const late = second.heard('join').since.seq;
                await joined('~ann', place(20), { resume: 'lost', reason: 'trimmed', replayed: 0 });
                client.close();
                await settle();
                return [unasked, room, past.is, inbox.name, again, since.seq, late, ...heard, outcomeOf(inbox.history()).is, inbox.state.name]"""))
                .isEqualTo(List.of(
                        0L, "~ann", "history", "~ann", "~ann", 4L, 8L, "text 4", "text 5", "text 6", "text 7", "text 8",
                        "trimmed", "open", "waiting"));
    }

    @Test
    void whoHasNoInboxJoinsNothing() {
        assertThat(seen("""
                const client = connect();
                const outcome = outcomeOf(client.inbox.history());
                const socket = await welcome();
                const state = client.inbox.state.name;
                client.close();
                await settle();
                return [socket.count('join'), socket.count('history'), state, outcome.is]""")).isEqualTo(List.of(0L, 0L, "joining", "closed"));
    }

    @Test
    void presenceTellsWhoCameAndWentOverALossToo() {
        assertThat(seen("""
                const room = connect().join('r', { presence: true });
                const events = [];
                room.on('presence', ({ members, joined, left, count }) =>
                  events.push([[...members.keys()].join(), joined.join(), left.join(), count].join('|')));
                const members = (...users) => ({ type: 'members', room: 'r', members: users.map((user) => ({ user, connections: 1 })) });
                const first = await welcome();
                await joined('r', place(0));
                first.tell(members('ann', 'bob'));
                first.tell({ type: 'presence', room: 'r', joined: ['carol'], left: ['bob'] });
                const second = await loseAndComeBack();
                await joined('r', place(0), { resume: 'ok', replayed: 0 });
                second.tell(members('ann', 'dan'));
                second.tell({ type: 'members', room: 'r', count: 501 });
                return [first.heard('join').presence, ...events]"""))
                .isEqualTo(List.of(true, "ann,bob|||2", "ann,carol|carol|bob|2", "ann,dan|dan|carol|2", "|||501"));
    }

    @Test
    void signalsAreSentWhileOneIsInAndNoFasterThanTheServerTakesThem() {
        assertThat(seen("""
                const room = connect().join('r');
                const events = [];
                room.on('signal', ({ from, data }) => events.push(`${from.user} ${data.x}`));
                room.signal({ x: 0 });
                const socket = await welcome();
                room.signal({ x: 0 });
                await joined('r', place(0));
                socket.tell({ type: 'signal', room: 'r', from: { user: 'bob', connection: 'c' }, data: { x: 7 } });
                for (let i = 1; i <= 100; i++) {
                  room.signal({ x: i });
                }
                const atOnce = socket.count('signal');
                for (let i = 0; i < 600; i++) {
                  await pass(100 / 6); // every frame of a screen, ten seconds long
                  room.signal({ x: i });
                }
                const later = socket.count('signal') - atOnce;
                room.leave();
                room.signal({ x: 0 });
                await settle();
                return [JSON.stringify(socket.sent.find(({ type }) => type === 'signal')), ...events, atOnce,
                  later > 300 && later < 400, socket.count('signal') === atOnce + later]"""))
                .isEqualTo(
                        List.of("{\"type\":\"signal\",\"room\":\"r\",\"data\":{\"x\":1}}", "bob 7", 35L, true, true));
    }

    @Test
    void whatOneSaysOfHerselfIsSaidAgainOverEachConnectionAndWhatOthersSayIsKept() {
        assertThat(seen("""
                const room = connect().join('r', { presence: { data: 1 } });
                const events = [];
                room.on('presence', ({ members, changed }) =>
                  events.push([...members.values()].map(({ user, data }) => `${user}=${data}`).join() + '|' + changed.map(({ user }) => user).join()));
                const first = await welcome();
                await joined('r', place(0));
                first.tell({ type: 'members', room: 'r', members: [{ user: 'ann', connections: 1, data: 1 }, { user: 'bob', connections: 2 }] });
                first.tell({ type: 'presence', room: 'r', joined: ['cid'], left: ['bob'], changed: [{ user: 'cid', data: 'c' }] });
                first.tell({ type: 'presence', room: 'r', joined: [], left: [], changed: [{ user: 'ann', data: null }] });
                room.presence(2);
                const second = await loseAndComeBack();
                await joined('r', place(0), { resume: 'ok', replayed: 0 });
                const page = outcomeOf(room.listMembers('ann', 10));
                await settle();
                const asked = second.heard('members');
                second.tell({ id: asked.id, type: 'members', room: 'r', members: [], count: 800, more: false });
                await settle();
                return [first.heard('join').presence.data, first.heard('presence').data, second.heard('join').presence.data,
                  asked.after, asked.limit, page.is, ...events]"""))
                .isEqualTo(List.of(
                        1L,
                        2L,
                        2L,
                        "ann",
                        10L,
                        "members",
                        "ann=1,bob=undefined|",
                        "ann=1,cid=c|cid",
                        "ann=null,cid=c|ann"));
    }

    @Test
    void ownMessagesAreKnownOverConnections() {
        assertThat(seen("""
                const room = connect().join('r');
                const own = [];
                room.on('message', (message) => own.push(message.own));
                const first = await welcome();
                await joined('r', place(0));
                first.tell(message('r', 1, 'c1'));
                const second = await loseAndComeBack();
                await joined('r', place(3), { resume: 'ok', replayed: 2 });
                second.tell(message('r', 2, 'c1'));
                second.tell(message('r', 3, 'c9'));
                return own""")).isEqualTo(List.of(true, true, false));
    }

    @Test
    void onlyTheLatestConnectionsAreRemembered() {
        assertThat(seen("""
                const room = connect().join('r');
                const own = [];
                room.on('message', (message) => own.push(message.own));
                await welcome();
                await joined('r', place(0));
                for (let i = 0; i < 100; i++) {
                  await loseAndComeBack(4001);
                }
                await joined('r', place(0), { resume: 'ok', replayed: 2 });
                ScriptedSocket.last.tell(message('r', 1, 'c1'));
                ScriptedSocket.last.tell(message('r', 2, 'c2'));
                return own""")).isEqualTo(List.of(false, true));
    }

    @Test
    void aListenerThatFailsDisturbsNobody() {
        assertThat(seen("""
                const room = connect().join('r');
                const got = [];
                room.on('message', () => { throw new Error('listener'); });
                const off = room.on('message', ({ seq }) => got.push(seq));
                const socket = await welcome();
                await joined('r', place(0));
                socket.tell(message('r', 1));
                off();
                socket.tell(message('r', 2));
                return [room.position.seq, ...got]""")).isEqualTo(List.of(2L, 1L));
    }

    @Test
    void leavingAndClosingFailWhatWasNotSent() {
        assertThat(seen("""
                const client = connect();
                const one = client.join('r');
                const other = client.join('s');
                const socket = await welcome();
                await joined('s', place(0));
                const outcomes = [outcomeOf(one.send('x'))];
                one.leave();
                await settle();
                outcomes.push(outcomeOf(other.send('y')));
                client.close();
                await settle();
                outcomes.push(outcomeOf(other.send('z')));
                await settle();
                return [socket.heard('leave').room, client.state.name, ...outcomes.map(({ is }) => is)]""")).isEqualTo(List.of("r", "closed", "left", "closed", "closed"));
    }

    @Test
    void whoClosedCanComeBack() {
        assertThat(seen("""
                const client = connect();
                const room = client.join('r');
                await welcome();
                client.close();
                client.reconnect();
                await welcome();
                await joined('r', place(0));
                return [client.state.name, room.state.name]""")).isEqualTo(List.of("open", "joined"));
    }

    @Test
    void whenTheNetworkIsBackItDoesNotWait() {
        assertThat(seen("""
                connect();
                await welcome();
                dispatchEvent(new Event('online'));
                await settle();
                return ScriptedSocket.all.length""")).isEqualTo(2L);
    }

    @Test
    void aWrongClockDoesNotAskForCredentials() {
        assertThat(seen("""
                const asked = [];
                const counts = [];
                for (const wrong of [86_400_000, -86_400_000]) {
                  ahead = wrong;
                  asked.length = 0;
                  const client = connect('rooms', { credential: ({ refresh }) => { asked.push(refresh); return 't'; } });
                  const expires = new Date(now + 3_600_000).toISOString();
                  const socket = await welcome({ expires, expiresIn: 3_600 });
                  for (let second = 0; second < 3_560; second += 10) {
                    await pass(10_000);
                    socket.tell({ type: 'ping' });
                  }
                  counts.push(asked.length);
                  await pass(20_000);
                  const { id } = socket.heard('refresh');
                  socket.tell({ id, type: 'refreshed', expires, expiresIn: 3_600 });
                  await pass(30_000);
                  counts.push(asked.length);
                  client.close();
                }
                return counts""")).isEqualTo(List.of(1L, 2L, 1L, 2L));
    }

    @Test
    void anEndThatIsNotPlausibleOnOurClockIsNotGoneBy() {
        assertThat(seen("""
                let asked = 0;
                ahead = 7_200_000;
                connect('rooms', { credential: () => { asked++; return 't'; } });
                const first = await welcome({ expires: new Date(now + 3_600_000).toISOString() });
                await pass(40_000);
                const before = asked;
                await loseAndComeBack(4002);
                return [before, asked]""")).isEqualTo(List.of(1L, 2L));
    }

    @Test
    void aWrongClockMakesNothingUncertain() {
        assertThat(seen("""
                const room = connect().join('r');
                const outcome = outcomeOf(room.send('one'));
                await welcome();
                await joined('r', place(0));
                ScriptedSocket.last.end(1006);
                ahead = 3_600_000;
                await nextAttempt();
                await welcome();
                await joined('r', place(0), { resume: 'ok', replayed: 0 });
                await acknowledge(1);
                return outcome.is""")).isEqualTo("ack");
    }

    @Test
    void whatIsAskedOfARoomAfterTheEndFailsAtOnce() {
        assertThat(seen("""
                const client = connect();
                await welcome();
                client.close();
                const room = client.join('r');
                const outcomes = [room.send('x'), room.history()].map(outcomeOf);
                await settle();
                const { is } = outcomes[0];
                client.reconnect();
                await welcome();
                await joined('r', place(0));
                outcomes.push(outcomeOf(room.send('y')));
                await acknowledge(1);
                return [is, ...outcomes.map(({ is }) => is), ScriptedSocket.last.count('send')]""")).isEqualTo(List.of("closed", "closed", "closed", "ack", 1L));
    }

    @Test
    void closingSettlesWhateverItWasWaitingFor() {
        assertThat(seen("""
                const client = connect();
                const [one, other, third] = ['r', 's', 't'].map((name) => client.join(name));
                const socket = await welcome({ limits: { messageBytes: 1000, messagesPerSecond: 1, rooms: 64 } });
                const enter = (frame) => socket.tell({ id: frame.id, type: 'joined', room: frame.room, position: place(0), resume: 'none' });
                socket.sent.filter(({ type }) => type === 'join').slice(0, 2).forEach(enter);
                await settle();
                const outcomes = [one.send('away'), one.send('behind it'), other.send('held'), third.send('outside'), other.history()].map(outcomeOf);
                await refuse('send', 'rate-limited', true, 60_000);
                client.close();
                await settle();
                const seen = outcomes.map(({ is }) => is);
                client.reconnect();
                await welcome();
                await pass(120_000);
                return [...seen, ScriptedSocket.last.count('send')]""")).isEqualTo(List.of("closed", "closed", "closed", "closed", "closed", 0L));
    }

    @Test
    void aRefusedLeaveIsRepeated() {
        assertThat(seen("""
                const room = connect().join('r');
                const socket = await welcome();
                await joined('r', place(0));
                room.leave();
                await refuse('leave', 'rate-limited', true, 1500);
                await pass(1_400);
                const early = socket.count('leave');
                await pass(200);
                await refuse('leave', 'rate-limited', true, 1500);
                await pass(1_600);
                socket.tell({ id: socket.heard('leave').id, type: 'left', room: 'r' });
                await pass(10_000);
                return [early, socket.count('leave')]""")).isEqualTo(List.of(1L, 3L));
    }

    @Test
    void whoComesBackBeforeTheLeaveIsRepeatedStays() {
        assertThat(seen("""
                const client = connect();
                client.join('r').leave();
                const socket = await welcome();
                client.join('r').leave();
                await settle();
                const unsent = socket.sent.length;
                const room = client.join('r');
                await joined('r', place(0));
                room.leave();
                await refuse('leave', 'rate-limited', true, 1500);
                const again = client.join('r');
                await pass(1_600);
                await joined('r', place(0));
                await pass(10_000);
                return [unsent, socket.count('join'), socket.count('leave'), again.state.name]""")).isEqualTo(List.of(1L, 2L, 1L, "joined"));
    }

    /** The server's own rule: ten joins and leaves a second, and all rooms twice at once. */
    @Test
    void whoFlipsThroughRoomsIsNeverTooFast() {
        assertThat(seen("""
                const client = connect();
                const socket = await welcome({ limits: { messageBytes: 65_536, messagesPerSecond: 20, rooms: 8 } });
                let tokens = 26;
                let counted = now;
                let refused = 0;
                const inside = new Set();
                const hear = socket.send.bind(socket);
                socket.send = (text) => {
                  hear(text);
                  const { id, type, room } = socket.sent.at(-1);
                  tokens = Math.min(26, tokens + (now - counted) / 100);
                  counted = now;
                  if (type === 'pong') {
                    return;
                  }
                  if (tokens < 1) {
                    refused++;
                    later(() => socket.tell({ id, type: 'error', code: 'rate-limited', retry: true, after: 100 }));
                  } else {
                    tokens--;
                    inside[type === 'join' ? 'add' : 'delete'](room);
                    later(() => socket.tell({ id, type: type === 'join' ? 'joined' : 'left', room, position: place(0), resume: 'none' }));
                  }
                };
                const last = client.join('last');
                for (let i = 0; i < 300; i++) {
                  client.join(`r${i % 50}`).leave();
                  await Promise.resolve();
                  const room = client.join(`s${i}`);
                  await pass(20);
                  room.leave();
                }
                const stays = client.join('stays');
                for (let i = 0; i < 40; i++) {
                  await pass(100);
                }
                return [refused, stays.state.name, [...inside].sort().join()]""")).isEqualTo(List.of(0L, "joined", "last,stays"));
    }

    @Test
    void bigMessagesFromManyRoomsAreSlowedDownBeforeItIsAbuse() {
        assertThat(seen("""
                const client = connect();
                const rooms = Array.from({ length: 30 }, (_, i) => client.join(`r${i}`));
                const socket = await welcome({ limits: { messageBytes: 65_536, messagesPerSecond: 20, rooms: 64 } });
                const hear = socket.send.bind(socket);
                let bytes = 524_288;
                let patience = 50;
                let counted = now;
                let seq = 0;
                socket.send = (text) => {
                  hear(text);
                  const { id, type, room } = socket.sent.at(-1);
                  bytes = Math.min(524_288, bytes + (now - counted) * 262);
                  patience = Math.min(50, patience + (now - counted) / 1_000);
                  counted = now;
                  if (type !== 'send') {
                    return;
                  }
                  if (bytes < text.length) {
                    patience--;
                    const after = (text.length - bytes) / 262;
                    later(() => socket.tell({ id, type: 'error', code: 'rate-limited', retry: true, after }));
                  } else {
                    bytes -= text.length;
                    later(() => socket.tell({ id, type: 'ack', room, position: place(++seq) }));
                  }
                };
                const enter = ({ id, room }) => socket.tell({ id, type: 'joined', room, position: place(0), resume: 'none' });
                socket.sent.filter(({ type }) => type === 'join').forEach(enter);
                const outcomes = rooms.flatMap((room) => [1, 2, 3, 4].map(() => outcomeOf(room.send('x'.repeat(60_000)))));
                let least = 50;
                for (let second = 0; second < 60; second++) {
                  socket.tell({ type: 'ping' });
                  await pass(1_000);
                  least = Math.min(least, patience);
                }
                return [least > 20, outcomes.every(({ is }) => is === 'ack')]""")).isEqualTo(List.of(true, true));
    }

    @Test
    void aFrameThatIsTooBigIsNotSent() {
        assertThat(seen("""
                const room = connect().join('r');
                const socket = await welcome({ limits: { messageBytes: 200, messagesPerSecond: 20, rooms: 64 } });
                await joined('r', place(0));
                const texts = ['x'.repeat(190), '\\n'.repeat(80), '€'.repeat(50)];
                const errors = texts.map((text) => room.send(text).catch((error) => error));
                const big = await Promise.all(errors);
                const fits = outcomeOf(room.send('x'.repeat(20), { key: 'k' }));
                await acknowledge(1);
                return [socket.count('send'), socket.readyState, fits.is, big.every(({ code, retry }) => code === 'too-big' && !retry), big[0].message]"""))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .startsWith(1L, 1L, "ack", true)
                .last()
                .asString()
                .matches("too long by \\d+ bytes");
    }

    @Test
    void withoutANetworkItWaitsForOne() {
        assertThat(seen("""
                const client = connect();
                const first = await welcome();
                dispatchEvent(new Event('offline'));
                const { name, reason, delay } = client.state;
                await pass(600_000);
                const meanwhile = ScriptedSocket.all.length;
                dispatchEvent(new Event('online'));
                await settle();
                const back = ScriptedSocket.all.length;
                await welcome();
                Object.defineProperty(navigator, 'onLine', { value: false, configurable: true });
                ScriptedSocket.last.end(1006);
                const again = client.state.name;
                await pass(600_000);
                client.close();
                dispatchEvent(new Event('online'));
                await settle();
                return [name, reason, delay === Infinity, first.readyState, meanwhile, back, again, ScriptedSocket.all.length, client.state.name]""")).isEqualTo(List.of("waiting", "offline", true, 3L, 1L, 2L, "waiting", 2L, "closed"));
    }

    @Test
    void anExpiredCookieIsTriedOnceMore() {
        assertThat(seen("""
                const answers = [() => Promise.reject(new Error('nobody there')), () => ({ status: 502 }), () => ({ status: 401 })];
                window.fetch = async () => answers.shift()();
                const client = connect();
                await welcome();
                ScriptedSocket.last.end(4002);
                await nextAttempt();
                const states = [];
                while (answers.length > 0) {
                  ScriptedSocket.last.end(1006);
                  await settle();
                  states.push(client.state.name);
                  await nextAttempt();
                }
                return [...states, client.state.code, ScriptedSocket.all.length]""")).isEqualTo(List.of("waiting", "waiting", "closed", 4002L, 4L));
    }

    @Test
    void aCookieThatWasRenewedIsTakenAgain() {
        assertThat(seen("""
                const client = connect();
                await welcome();
                await loseAndComeBack(4002);
                await pass(10_000);
                const second = await loseAndComeBack(4002);
                second.end(4002);
                await nextAttempt();
                ScriptedSocket.last.open();
                ScriptedSocket.last.end(4002);
                await nextAttempt();
                return [ScriptedSocket.all.length, client.state.name, client.state.code]""")).isEqualTo(List.of(4L, "closed", 4002L));
    }

    /** What the script returns. It is run in a page of its own, with a server and a clock that it plays itself. */
    private Object seen(String script) {
        Tab tab = browser.open(URI.create(base.toString()));
        Object result = tab.runAsync("""
                const [address, done] = arguments;
                %s
                (async () => {
                  const { connect } = await import(address);
                  %s
                })().then(done, (error) => done(`failed: ${error.stack}`));""".formatted(stage(), script), base + "parley.js");
        browser.closeTabs();
        return result;
    }

    private static String stage() {
        try (InputStream in = ParleyJsIT.class.getResourceAsStream("scripted-server.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError("scripted-server.js cannot be read", e);
        }
    }
}
