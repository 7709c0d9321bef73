package dev.parley;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import dev.parley.protocol.Json;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerEndpoint;
import java.util.List;
import java.util.Timer;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The map in {@code dev.parley}'s package description, held against the classes. */
@AnalyzeClasses(packages = "dev.parley", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** The data path. A row may import the rows below it, and nothing in its own row but itself. */
    private static final List<List<String>> ROWS = List.of(
            List.of("app"),
            List.of("guide"),
            List.of("admin", "library"),
            List.of("api"),
            List.of("endpoint"),
            List.of("session"),
            List.of("dialogue"),
            List.of("handshake"),
            List.of("room", "events"),
            List.of("backplane", "connection"),
            List.of("protocol", "metrics"),
            List.of("node"));

    /** Stands beside the path: it imports no other package and no other package imports it. */
    private static final String LAUNCHER = "launch";

    /** Another program's: it knows nothing of the server, nor the server of it. */
    private static final String CLIENT = "client";

    private static final String TOKENS = "dev.parley.handshake.jwt";

    private static final String TRACING = "dev\\.parley\\.node\\.OpenTelemetryTracing.*";

    @ArchTest
    static final ArchRule packagesFollowTheDataPath = layers();

    private static ArchRule layers() {
        var rule = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String name : names().toList()) {
            rule = rule.layer(name).definedBy("dev.parley." + name + "..");
        }
        rule = rule.whereLayer(LAUNCHER).mayNotAccessAnyLayer();
        rule = rule.whereLayer(CLIENT).mayNotAccessAnyLayer().whereLayer(CLIENT).mayNotBeAccessedByAnyLayer();
        for (int row = 0; row < ROWS.size(); row++) {
            String[] below = ROWS.subList(row + 1, ROWS.size()).stream()
                    .flatMap(List::stream)
                    .toArray(String[]::new);
            for (String name : ROWS.get(row)) {
                rule = below.length == 0
                        ? rule.whereLayer(name).mayNotAccessAnyLayer()
                        : rule.whereLayer(name).mayOnlyAccessLayers(below);
            }
        }
        return rule;
    }

    private static Stream<String> names() {
        return Stream.concat(ROWS.stream().flatMap(List::stream), Stream.of(LAUNCHER, CLIENT));
    }

    @ArchTest
    static final ArchRule everyClassHasAPlaceOnTheMap = classes()
            .should()
            .resideInAnyPackage(names().map(name -> "dev.parley." + name + "..").toArray(String[]::new))
            .orShould()
            .resideInAPackage("dev.parley"); // what applications use: values of the protocol, and nothing above it

    @ArchTest
    static final ArchRule policiesSeeValuesAlone = noClasses()
            .that()
            .haveNameMatching(
                    "dev\\.parley\\.(RoomPolicy|Caller|Action|RoomName|Verdict|Json|InRoom|(Parley|Room)Event|Member(Joined|Left)|MessagePublished|Room(Occupied|Vacated)|Connection(Opened|Closed)).*")
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.parley..")
                    .and(not(resideInAnyPackage("dev.parley", "dev.parley.protocol"))));

    /** If it could not be written so, nor could anybody else's application. */
    @ArchTest
    static final ArchRule theGuideUsesWhatApplicationsMayUse = classes()
            .that()
            .resideInAPackage("dev.parley.guide")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "dev.parley.guide",
                    "dev.parley",
                    "dev.parley.endpoint",
                    "dev.parley.handshake",
                    "dev.parley.handshake.constraint",
                    "dev.parley.handshake.security",
                    "dev.parley.handshake.jwt",
                    "java..",
                    "jakarta..",
                    "org.jspecify.."));

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.parley.(**)").should().beFreeOfCycles();

    /** And where it is described what endpoints declare. */
    @ArchTest
    static final ArchRule websocketsAreWhereAContainerCallsOrIsCalled = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.parley.session",
                    "dev.parley.guide",
                    "dev.parley.library", // what an application has annotated
                    "dev.parley.handshake",
                    "dev.parley.connection..",
                    "dev.parley.app",
                    "dev.parley.api")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta.websocket..");

    @ArchTest
    static final ArchRule whatAServerMayLackIsUsedInOnePlace = noClasses()
            .that()
            .resideOutsideOfPackage("dev.parley.library")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "jakarta.enterprise..", "jakarta.transaction..", "jakarta.json..", "com.fasterxml.jackson..");

    @ArchTest
    static final ArchRule servletsAreWhereRequestsArrive = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.parley",
                    "dev.parley.guide",
                    "dev.parley.api",
                    "dev.parley.admin",
                    "dev.parley.library",
                    "dev.parley.handshake..",
                    "dev.parley.session", // a stream of events is a connection over an answer to a request
                    "dev.parley.connection",
                    "dev.parley.app")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta.servlet..");

    @ArchTest
    static final ArchRule jsonIsReadInOnePlace = noClasses()
            .that()
            .doNotBelongToAnyOf(Json.class)
            .and()
            .resideOutsideOfPackages("dev.parley.backplane.redis..", "dev.parley.backplane.postgres..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("tools.jackson..");

    @ArchTest
    static final ArchRule tokensAreReadInOnePlace = noClasses()
            .that()
            .resideOutsideOfPackage(TOKENS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.nimbusds..");

    /** It is loaded only where there is the API; and there is no SDK of ours. */
    @ArchTest
    static final ArchRule spansAreMadeInOnePlaceByTheApiAlone = noClasses()
            .that()
            .haveNameNotMatching(TRACING)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.opentelemetry..")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching(TRACING);

    @ArchTest
    static final ArchRule redisIsKnownToItsVariantAlone = classes()
            .that()
            .resideInAPackage("dev.parley.backplane.redis..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "dev.parley.backplane..", "dev.parley.node..", "redis.clients..", "java..", "org.jspecify.."));

    @ArchTest
    static final ArchRule postgresIsKnownToItsVariantAlone = classes()
            .that()
            .resideInAPackage("dev.parley.backplane.postgres..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "dev.parley.backplane..",
                    "dev.parley.protocol..",
                    "dev.parley.node..",
                    "org.postgresql..",
                    "java..",
                    "javax.sql..",
                    "javax.naming..",
                    "org.jspecify.."));

    @ArchTest
    static final ArchRule nothingButTheJdkAndJakarta = classes()
            .that()
            .doNotBelongToAnyOf(Json.class)
            .and()
            .resideOutsideOfPackage(TOKENS)
            .and()
            .haveNameNotMatching(TRACING)
            .and()
            .resideOutsideOfPackages("dev.parley.backplane.redis..", "dev.parley.backplane.postgres..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "dev.parley..",
                    "java..",
                    "javax.crypto..",
                    "javax.management..",
                    "javax.xml.parsers..",
                    "org.xml.sax..",
                    "com.sun.management..",
                    "javax.naming..",
                    "jakarta.enterprise..",
                    "jakarta.inject..",
                    "jakarta.json.bind..",
                    "jakarta.servlet..",
                    "jakarta.transaction..",
                    "jakarta.websocket..",
                    "com.fasterxml.jackson..",
                    "org.jspecify.."));

    @ArchTest
    static final ArchRule tracingNeedsTheApiAlone = classes()
            .that()
            .haveNameMatching(TRACING)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "dev.parley.node..",
                    "io.opentelemetry.api..",
                    "io.opentelemetry.context..",
                    "java..",
                    "org.jspecify.."));

    @ArchTest
    static final ArchRule theLauncherNeedsTheJdkAlone = classes()
            .that()
            .resideInAPackage("dev.parley.launch..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "dev.parley.launch..",
                    "java..",
                    "javax.crypto..",
                    "javax.xml.parsers..",
                    "org.xml.sax..",
                    "com.sun.management..",
                    "org.jspecify.."));

    /** It is a jar of its own. */
    @ArchTest
    static final ArchRule theJavaClientNeedsTheJdkAlone = classes()
            .that()
            .resideInAPackage("dev.parley.client..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("dev.parley.client..", "java..", "org.jspecify.."));

    /** So that something else can stand in for it. */
    @ArchTest
    static final ArchRule theJavaClientSeesTheJdksWebSocketsInOnePlace = noClasses()
            .that()
            .resideInAPackage("dev.parley.client..")
            .and()
            .haveNameNotMatching("dev\\.parley\\.client\\.(JdkTransport|Transport).*")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net.http..");

    /** Open Liberty asks for it although the configurator makes all instances, and deploys nothing else (CWWKH0001E). */
    @ArchTest
    static final ArchRule endpointsHaveAPublicConstructor = classes()
            .that()
            .areAnnotatedWith(ServerEndpoint.class)
            .should(ArchCondition.from(DescribedPredicate.describe(
                    "have a public constructor without parameters",
                    type -> type.tryGetConstructor()
                            .filter(constructor -> constructor.getModifiers().contains(JavaModifier.PUBLIC))
                            .isPresent())));

    /** Tyrus calls it by reflection, as the class that declares the method. */
    @ArchTest
    static final ArchRule endpointsAndWhatTheyExtendArePublic =
            classes().that().areAssignableTo(Endpoint.class).should().bePublic();

    /** What survives an undeployment holds the class loader, and what two deployments share cannot be tested. */
    @ArchTest
    static final ArchRule theOneStaticThatChangesIsTheSeam = fields().that()
            .areStatic()
            .and()
            .areNotFinal()
            .should()
            .beDeclaredIn("dev.parley.handshake.HandshakeConfigurator");

    /** A static pool, timer or thread-local outlives the application on every server. */
    @ArchTest
    static final ArchRule noStaticHoldsThreadsOrWhatTheyShare = noFields()
            .that()
            .areStatic()
            .should()
            .haveRawType(assignableTo(Thread.class)
                    .or(assignableTo(ThreadLocal.class))
                    .or(assignableTo(Timer.class))
                    .or(resideInAnyPackage("java.util.concurrent..").and(not(assignableTo(TimeUnit.class)))));
}
