package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.entra.Caller;
import io.drover.simulator.cloud.entra.ServicePrincipal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;

/** Who may use an application: its roles, users, API tokens and organizations. Thread-safe. */
final class Membership {
    private static final Duration TOKEN_LIFETIME = Duration.ofDays(365);
    private static final int MAX_DEPTH = 32;
    private static final String TOKEN_SCHEME = "SharedAccessSignature ";

    private final String applicationId;
    private final Clock clock;
    private final RandomGenerator random;
    private final ConcurrentNavigableMap<String, Role> roles = new ConcurrentSkipListMap<>();
    private final ConcurrentNavigableMap<String, CentralUser> users = new ConcurrentSkipListMap<>();
    private final ConcurrentNavigableMap<String, ApiToken> tokens = new ConcurrentSkipListMap<>();
    private final ConcurrentNavigableMap<String, Organization> organizations = new ConcurrentSkipListMap<>();

    Membership(String applicationId, Clock clock, RandomGenerator random) {
        this.applicationId = applicationId;
        this.clock = clock;
        this.random = random;
        Role.BUILT_IN.forEach(role -> roles.put(role.id(), role));
    }

    ConcurrentNavigableMap<String, Role> roles() {
        return roles;
    }

    ConcurrentNavigableMap<String, CentralUser> users() {
        return users;
    }

    ConcurrentNavigableMap<String, ApiToken> tokens() {
        return tokens;
    }

    ConcurrentNavigableMap<String, Organization> organizations() {
        return organizations;
    }

    /** A token's value as the API gives it, once. */
    record IssuedToken(ApiToken token, String value) {}

    /** Makes a token of this id, valid for a year; empty when there is one already. */
    Optional<IssuedToken> issue(String id, List<RoleAssignment> assignments) {
        Instant expiry =
                Instant.ofEpochMilli(clock.instant().plus(TOKEN_LIFETIME).toEpochMilli());
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        String signature = Base64.getEncoder()
                .encodeToString(secret)
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D");
        String value = TOKEN_SCHEME + "sr=" + applicationId + "&sig=" + signature + "&skn=" + id + "&se="
                + expiry.toEpochMilli();
        ApiToken token = new ApiToken(id, assignments, expiry, ApiToken.digestOf(value));
        return tokens.putIfAbsent(id, token) == null ? Optional.of(new IssuedToken(token, value)) : Optional.empty();
    }

    /** Whether the header is meant as an API token rather than as one of Entra's. */
    static boolean isApiToken(String authorization) {
        return authorization != null && authorization.startsWith(TOKEN_SCHEME);
    }

    /** The caller with this API token; empty when it is unknown or has expired. */
    Optional<CentralCaller> byToken(String authorization) {
        return name(authorization)
                .map(tokens::get)
                .filter(token -> token.expiry().isAfter(clock.instant()) && token.hasValue(authorization))
                .map(token -> caller("the API token " + token.id(), token.roles()));
    }

    /** The caller whom Entra knows; empty when it is no user of this application. */
    Optional<CentralCaller> byEntra(Caller caller) {
        if (caller.has(ServicePrincipal.CENTRAL_ADMINISTRATOR)) {
            return Optional.of(new CentralCaller(caller.name(), Right.all(), Set.of()));
        }
        List<RoleAssignment> assignments = users.values().stream()
                .filter(user -> is(user, caller))
                .flatMap(user -> user.roles().stream())
                .toList();
        return assignments.isEmpty() ? Optional.empty() : Optional.of(caller(caller.name(), assignments));
    }

    /** Whether {@code inner} is the organization {@code outer} or below it. */
    boolean isWithin(String inner, String outer) {
        String at = inner;
        for (int depth = 0; at != null && depth < MAX_DEPTH; depth++) {
            if (at.equals(outer)) {
                return true;
            }
            Organization organization = organizations.get(at);
            at = organization == null ? null : organization.parent();
        }
        return false;
    }

    /** Whether the caller's roles reach what belongs to this organization (null: to the application itself). */
    boolean sees(CentralCaller caller, String organization) {
        return caller.organizations().isEmpty()
                || caller.organizations().stream().anyMatch(outer -> isWithin(organization, outer));
    }

    private static boolean is(CentralUser user, Caller caller) {
        return switch (user.type()) {
            case EMAIL -> user.email().equalsIgnoreCase(caller.userName());
            case SERVICE_PRINCIPAL -> user.objectId().equals(caller.objectId());
            case AD_GROUP -> caller.groups().contains(user.objectId());
        };
    }

    private CentralCaller caller(String name, Collection<RoleAssignment> assignments) {
        Set<Right> rights = EnumSet.noneOf(Right.class);
        Set<String> within = new HashSet<>();
        boolean everywhere = false;
        for (RoleAssignment assignment : assignments) {
            Role role = roles.get(assignment.role());
            if (role != null) {
                rights.addAll(role.rights());
                if (assignment.organization() == null) {
                    everywhere = true;
                } else {
                    within.add(assignment.organization());
                }
            }
        }
        return new CentralCaller(name, rights, everywhere ? Set.of() : within);
    }

    private static Optional<String> name(String authorization) {
        for (String field : authorization.substring(TOKEN_SCHEME.length()).split("&", -1)) {
            if (field.startsWith("skn=")) {
                return Optional.of(field.substring(4));
            }
        }
        return Optional.empty();
    }
}
