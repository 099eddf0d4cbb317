package io.drover.worker.auth;

import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * Who asks.
 *
 * @param id what the audit names as actor; stable, such as a user principal name or an application's id
 * @param name for people
 * @param roles none for one who is signed in but was given none
 * @param way how the request proves who asks
 */
public record Caller(String id, String name, Set<Role> roles, Way way) {
    private static final String KEY = Caller.class.getName();

    /** How a request proves who asks. */
    public enum Way {
        /** Nobody signs in: the worker listens on loopback only. */
        LOCAL,
        /** A browser's session. */
        SESSION,
        /** A bearer token. */
        TOKEN
    }

    public Caller {
        roles = Set.copyOf(roles);
    }

    /** Whether the caller's roles allow what takes this one. */
    public boolean may(Role role) {
        return role.allowedTo(roles);
    }

    /** Makes this the request's caller. */
    public void putInto(RoutingContext call) {
        call.put(KEY, this);
    }

    /** The request's caller, null before anybody has looked or when nobody is signed in. */
    public static Caller of(RoutingContext call) {
        return call.get(KEY);
    }
}
