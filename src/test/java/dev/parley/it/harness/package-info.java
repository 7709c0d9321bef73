/**
 * The servers that the integration tests run on, each a process of its own, driven by Arquillian. The client is always
 * outside: a test sees what a browser sees, and no class of the test is near the application.
 *
 * <p>A test is written once and runs on every server:
 *
 * <pre>{@code
 * @ExtendWith(ArquillianExtension.class)
 * @RunAsClient
 * final class EchoIT {
 *     @Deployment(testable = false)
 *     static WebArchive war() {
 *         return ParleyWar.root();
 *     }
 *
 *     @ArquillianResource
 *     URL base; // of the application, ends in a slash
 *
 *     @ArquillianResource
 *     RunningServer server; // its name, its process, its log files, and how more applications get there
 * }
 * }</pre>
 *
 * <p>Which server it is, the build says by a profile: it fetches the server, sets {@code it.server} and {@code it.home},
 * and leaves out tests that make no sense there, by their tags. So none is skipped where it should have run. Without a tag,
 * a test runs on every server. The tags are
 *
 * <ul>
 *   <li>{@code standalone}: starts the executable archive itself, so it runs there alone;
 *   <li>{@code realm}: needs operators in the server's own realm, so it runs where the instance has set them up;
 *   <li>{@code shared}: deploys more applications beside the test's own, or to an {@link OwnServer} with all of {@code
 *       server-config}, so it needs a server that takes them; {@code java -jar} is configured by its options, and ends no TLS.
 *   <li>{@code system}: needs programs of the operating system, such as a browser or a proxy, so it runs with {@code -Pfull} alone;
 *   <li>{@code full} and {@code long}: take a while, so they run with {@code -Pfull} alone;
 *   <li>{@code standalone-alone}: measures, so where two classes run at once, as in CI, it runs after them and for itself;
 *   <li>{@code previous}: needs the archive of an earlier build, so it runs when somebody names one.
 * </ul>
 */
package dev.parley.it.harness;
