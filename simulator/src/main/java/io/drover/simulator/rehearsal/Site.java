package io.drover.simulator.rehearsal;

/**
 * Where devices are before or after a move: an IoT Central application, or a hub with the provisioning service that devices come
 * through.
 *
 * @param application null for a hub
 */
record Site(String application, String provisioningService, String hub) {
    static Site application(String subdomain) {
        return new Site(subdomain, null, null);
    }

    static Site hub(String provisioningService, String hub) {
        return new Site(null, provisioningService, hub);
    }

    boolean isCentral() {
        return application != null;
    }

    /** What the ground truth calls it where devices arrive there. */
    String name() {
        return isCentral() ? application : provisioningService;
    }

    /** The control API's query for its devices. */
    String query() {
        return isCentral() ? "application=" + application : "hub=" + hub;
    }
}
