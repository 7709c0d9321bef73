/**
 * The second life of {@code parley.war}: {@code java -jar parley.war} starts an embedded server around the application
 * in the same file.
 *
 * <p>Nobody calls this package and it calls nothing of Parley. Its classes lie at the root of the archive, outside of
 * {@code WEB-INF/classes}, where no server's application loader looks. It is compiled against the JDK alone: the
 * server's jars lie in {@code META-INF/launcher/lib} and are loaded by a class loader of their own, so that they are on
 * no class path of the project, and out of the application's reach here and on every other server.
 */
@NullMarked
package dev.parley.launch;

import org.jspecify.annotations.NullMarked;
