package io.drover.simulator.rehearsal;

import io.drover.simulator.rehearsal.AzureRest.Call;
import io.drover.simulator.rehearsal.AzureRest.Service;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * Makes IoT Central export connectivity changes to the worker's webhook, as an administrator would through its REST API
 * ("How to use the IoT Central REST API to manage data exports"). Blocking; runs on the caller's thread.
 */
final class ConnectivityExport {
    private final AzureRest rest;

    ConnectivityExport(AzureRest rest) {
        this.rest = rest;
    }

    /** Creates destination and export; fails with what the service answered. */
    void create(int webhookPort, String token) {
        put(
                "destinations/drover",
                new JsonObject()
                        .put("displayName", "Drover")
                        .put("type", "webhook@v1")
                        .put("url", "http://127.0.0.1:" + webhookPort + "/hooks/central/connectivity")
                        .put(
                                "authorization",
                                new JsonObject().put("type", "header").put("value", token)));
        put(
                "exports/drover",
                new JsonObject()
                        .put("displayName", "Connectivity for Drover")
                        .put("enabled", true)
                        .put("source", "deviceConnectivity")
                        .put("destinations", new JsonArray().add(new JsonObject().put("id", "drover"))));
    }

    private void put(String what, JsonObject body) {
        rest.call(new Call(
                HttpMethod.PUT, Service.CENTRAL_PREVIEW, RehearsalEstate.APPLICATION, "/api/dataExport/" + what, body));
    }
}
