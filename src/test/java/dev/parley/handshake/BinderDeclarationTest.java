package dev.parley.handshake;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.handshake.constraint.Min;
import dev.parley.handshake.constraint.Pattern;
import dev.parley.handshake.constraint.Size;
import jakarta.websocket.server.PathParam;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A declaration that cannot work is found when the binder is made, at deployment, and named. */
final class BinderDeclarationTest {
    record Circle(@Depends(Half.class) String half) implements Dependency<String> {
        @Override
        public String value() {
            return half;
        }
    }

    record Half(@Depends(Circle.class) String circle) implements Dependency<String> {
        @Override
        public String value() {
            return circle;
        }
    }

    record InACircle(@Depends(Circle.class) String circle) {}

    record Narcissus(@Depends(Narcissus.class) String self) implements Dependency<String> {
        @Override
        public String value() {
            return self;
        }
    }

    @Test
    void circleOfDependencies() {
        assertRefused(InACircle.class, "circle", Circle.class.getName(), Half.class.getName());
        assertRefused(Narcissus.class, "circle", Narcissus.class.getName());
    }

    record Twice(
            @Depends(Fine.class) String one,
            @Depends(Fine.class) String other) {}

    record Fine(@QueryParam("q") Optional<String> q) implements Dependency<String> {
        @Override
        public String value() {
            return q.orElse("");
        }
    }

    @Test
    void sameDependencyTwiceIsNoCircle() {
        assertThatCode(() -> binder(Twice.class)).doesNotThrowAnyException();
    }

    record Elsewhere(@PathParam("item_id") String itemId) {}

    @Test
    void variableThatThePathDoesNotHave() {
        assertRefused(Elsewhere.class, Elsewhere.class.getName(), "{item_id}", "/x/{id}");
    }

    record FromNowhere(@QueryParam("q") String q, String stray) {}

    @Test
    void parameterThatDoesNotSayWhereItComesFrom() {
        assertRefused(FromNowhere.class, FromNowhere.class.getName(), "parameter stray");
    }

    record Inconvertible(@QueryParam("at") Object at) {}

    record InconvertibleOptional(@CookieParam("at") Optional<Runnable> at) {}

    record Several(@QueryParam("q") List<List<String>> q) {}

    record Wild(@QueryParam("q") Optional<?> q) {}

    record Doubly(@QueryParam("q") Optional<Optional<String>> q) {}

    @Test
    void typeThatNoTextBecomes() {
        assertRefused(Inconvertible.class, Inconvertible.class.getName(), "parameter at", "java.lang.Object");
        assertRefused(InconvertibleOptional.class, "parameter at", "java.lang.Runnable");
        assertRefused(Several.class, "parameter q", "java.util.List");
        assertRefused(Wild.class, "parameter q");
        assertRefused(Doubly.class, "parameter q", "java.util.Optional");
    }

    @SuppressWarnings("rawtypes")
    record Raw(@QueryParam("q") Optional q) {}

    @Test
    void optionalOfNothingInParticular() {
        assertRefused(Raw.class, Raw.class.getName(), "parameter q");
    }

    record TwoWays(@QueryParam("q") String q) {
        TwoWays() {
            this("");
        }
    }

    interface Abstraction extends Dependency<String> {}

    record OnAnInterface(@Depends(Abstraction.class) String value) {}

    @Test
    void typeWithoutExactlyOneConstructor() {
        assertRefused(TwoWays.class, TwoWays.class.getName(), "one constructor", "2");
        assertRefused(OnAnInterface.class, Abstraction.class.getName(), "one constructor", "0");
    }

    abstract static class Unmakeable implements Dependency<String> {}

    record OnAnAbstractClass(@Depends(Unmakeable.class) String value) {}

    @Test
    void dependencyThatCannotBeMade() {
        assertRefused(OnAnAbstractClass.class, Unmakeable.class.getName());
    }

    record Wrong(@Depends(Fine.class) BigInteger fine) {}

    record WrongPrimitive(@Depends(Fine.class) int fine) {}

    @Test
    void dependencyThatGivesAnotherTypeThanIsWanted() {
        assertRefused(Wrong.class, Wrong.class.getName(), "parameter fine");
        assertRefused(WrongPrimitive.class, WrongPrimitive.class.getName(), "parameter fine");
    }

    record Outer(
            @QueryParam("q") Optional<String> q,
            @Depends(Middle.class) String middle) {}

    record Middle(@Depends(Broken.class) String broken) implements Dependency<String> {
        @Override
        public String value() {
            return broken;
        }
    }

    record Broken(@PathParam("nope") String nope) implements Dependency<String> {
        @Override
        public String value() {
            return nope;
        }
    }

    @Test
    void faultDeepInADependencyIsNamedThere() {
        assertRefused(Outer.class, Broken.class.getName(), "{nope}");
    }

    record FromTwoPlaces(@QueryParam("q") @CookieParam("q") String q) {}

    record FromAPlaceAndADependency(
            @HeaderParam("q") @Depends(Fine.class) String q) {}

    @Test
    void parameterThatComesFromSeveralPlaces() {
        assertRefused(FromTwoPlaces.class, "parameter q", "@QueryParam", "@CookieParam");
        assertRefused(FromAPlaceAndADependency.class, "parameter q", "@HeaderParam", "@Depends");
    }

    record Stray(Thread thread) {}

    record InAGroup(Group group) {}

    record Group(Thread thread) {}

    record GroupInItself(GroupInItself self) {}

    @Test
    void typeThatNobodyGives() {
        assertRefused(Stray.class, Stray.class.getName(), "parameter thread", "java.lang.Thread");
        assertRefused(InAGroup.class, Group.class.getName(), "parameter thread");
        assertRefused(GroupInItself.class, "circle", GroupInItself.class.getName());
    }

    record BadDefault(@QueryParam("q") @DefaultValue("x") int q) {}

    record ForbiddenDefault(
            @QueryParam("q") @DefaultValue("0") @Min(1) int q) {}

    @Test
    void defaultThatItsOwnParameterWouldRefuse() {
        assertRefused(BadDefault.class, "parameter q", "its default value is not an integer of 32 bits");
        assertRefused(ForbiddenDefault.class, "parameter q", "its default value must be at least 1");
    }

    record SizeOfANumber(@QueryParam("q") @Size(max = 3) int q) {}

    record MinOfAText(@QueryParam("q") List<@Min(3) String> q) {}

    record BadPattern(
            @QueryParam("q") @Pattern(regexp = "(") String q) {}

    @Test
    void constraintThatSaysNothingAboutItsParameter() {
        assertRefused(SizeOfANumber.class, "parameter q", "@Size", "int");
        assertRefused(MinOfAText.class, "parameter q", "@Min", "java.lang.String");
        assertRefused(BadPattern.class, "parameter q");
    }

    private static Binder binder(Class<?> type) {
        return new Binder(type, new PathTemplate("/x/{id}"), Dependencies.none());
    }

    private static void assertRefused(Class<?> type, String... named) {
        assertThatThrownBy(() -> binder(type))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(named);
    }
}
