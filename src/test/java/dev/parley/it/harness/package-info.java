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
 *     RunningServer server; // its name, its process, and where it has one, its manager
 * }
 * }</pre>
 *
 * <p>Which server it is, the build says with the system property {@code arquillian.launch}, a qualifier in
 * {@code arquillian.xml}. A test that makes sense on some servers only has a tag ({@code standalone}, {@code tomcat})
 * and is left out of the other runs by that tag, so that it is never skipped where it should have run.
 */
package dev.parley.it.harness;
