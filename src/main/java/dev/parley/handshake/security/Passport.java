package dev.parley.handshake.security;

import dev.parley.handshake.Credential;
import dev.parley.protocol.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a ticket stands for, as a text for other nodes: a JSON object. Of the claims it keeps what JSON has a word for; a time
 * becomes the seconds since 1970, as it stands in tokens.
 *
 * @param origin of the page that the ticket is for; nothing if it is for no page
 */
record Passport(Credential credential, Optional<String> origin) {
    /** Reads what {@link #toText} wrote; nothing if it is something else. */
    static Optional<Passport> parse(String text) {
        return Json.parse(text).flatMap(Json::members).flatMap(Passport::of);
    }

    private static Optional<Passport> of(Map<String, Json> members) {
        Optional<String> user = text(members, "user").filter(name -> !name.isEmpty());
        return user.map(name -> new Passport(
                new Credential(
                        source(members),
                        name,
                        texts(members, "scopes"),
                        texts(members, "roles"),
                        claims(members),
                        text(members, "expires").map(Instant::parse)),
                text(members, "origin")));
    }

    /** What an older node has written says nothing of it. */
    private static Credential.Source source(Map<String, Json> members) {
        return text(members, "source")
                .map(name -> Credential.Source.valueOf(name.toUpperCase(Locale.ROOT)))
                .orElse(Credential.Source.TOKEN);
    }

    private static Optional<String> text(Map<String, Json> members, String name) {
        return Optional.ofNullable(members.get(name)).flatMap(Json::string);
    }

    private static Set<String> texts(Map<String, Json> members, String name) {
        Set<String> texts = new HashSet<>();
        Optional.ofNullable(members.get(name))
                .flatMap(Json::elements)
                .ifPresent(all -> all.forEach(one -> one.string().ifPresent(texts::add)));
        return texts;
    }

    private static Map<String, Object> claims(Map<String, Json> members) {
        Map<String, Object> claims = new LinkedHashMap<>();
        Optional.ofNullable(members.get("claims"))
                .flatMap(Json::members)
                .ifPresent(all -> all.forEach((name, claim) -> claims.put(name, read(claim))));
        return claims;
    }

    private static Object read(Json value) {
        return switch (value.kind()) {
            case OBJECT -> {
                Map<String, Object> members = new LinkedHashMap<>();
                value.members().orElse(Map.of()).forEach((name, member) -> members.put(name, read(member)));
                yield members;
            }
            case ARRAY -> {
                List<Object> elements = new ArrayList<>();
                value.elements().orElse(List.of()).forEach(element -> elements.add(read(element)));
                yield elements;
            }
            case STRING -> value.string().orElse("");
            case BOOLEAN -> Boolean.valueOf(value.source());
            case NUMBER -> number(new BigDecimal(value.source()));
            case NULL -> "null";
        };
    }

    private static Number number(BigDecimal number) {
        if (number.scale() != 0) {
            return number.doubleValue();
        }
        return number.precision() < 19 ? (Number) number.longValueExact() : number;
    }

    String toText() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("source", credential.source().toString());
        members.put("user", credential.user());
        members.put("scopes", credential.scopes());
        members.put("roles", credential.roles());
        members.put("claims", credential.claims());
        credential.expires().ifPresent(end -> members.put("expires", end.toString()));
        origin.ifPresent(page -> members.put("origin", page));
        StringBuilder json = new StringBuilder();
        write(members, json);
        return json.toString();
    }

    private static void write(Object value, StringBuilder json) {
        if (value instanceof Map<?, ?> members) {
            String before = "{";
            for (Map.Entry<?, ?> member : members.entrySet()) {
                json.append(before);
                Json.quote(String.valueOf(member.getKey()), json);
                json.append(':');
                write(member.getValue(), json);
                before = ",";
            }
            json.append(members.isEmpty() ? "{}" : "}");
        } else if (value instanceof Iterable<?> elements) {
            String before = "[";
            for (Object element : elements) {
                json.append(before);
                write(element, json);
                before = ",";
            }
            json.append(before.equals("[") ? "[]" : "]");
        } else if (value instanceof Date time) {
            json.append(time.toInstant().getEpochSecond());
        } else if (value instanceof Number || value instanceof Boolean || value == null) {
            json.append(value);
        } else {
            Json.quote(value.toString(), json);
        }
    }

    /** Says nothing of whose it is. */
    @Override
    public String toString() {
        return "passport";
    }
}
