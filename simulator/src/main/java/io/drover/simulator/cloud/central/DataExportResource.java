package io.drover.simulator.cloud.central;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * {@code /api/dataExport}: destinations and exports, after "How to use the IoT Central REST API to manage data exports". Emulated:
 * destinations of type webhook@v1, and the source deviceConnectivity.
 */
final class DataExportResource {
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]{1,255}");
    private static final int MAX_DEFINITIONS = 50;

    private final Function<WebhookDestination, WebhookDelivery> deliveries;

    /** @param deliveries opens the way to a destination */
    DataExportResource(Function<WebhookDestination, WebhookDelivery> deliveries) {
        this.deliveries = deliveries;
    }

    void mount(Router router, CentralApi api) {
        String destinations = "/api/dataExport/destinations";
        router.get(destinations).handler(api.with(Right.EXPORTS_VIEW, DataExportResource::listDestinations));
        router.get(destinations + "/:id")
                .handler(api.with(
                        Right.EXPORTS_VIEW, request -> request.answer(200, shown(requireDestination(request)))));
        router.put(destinations + "/:id").handler(api.with(Right.EXPORTS_MANAGE, this::putDestination));
        router.patch(destinations + "/:id").handler(api.with(Right.EXPORTS_MANAGE, this::patchDestination));
        router.delete(destinations + "/:id")
                .handler(api.with(Right.EXPORTS_MANAGE, DataExportResource::deleteDestination));
        String exports = "/api/dataExport/exports";
        router.get(exports).handler(api.with(Right.EXPORTS_VIEW, DataExportResource::listExports));
        router.get(exports + "/:id")
                .handler(api.with(
                        Right.EXPORTS_VIEW, request -> request.answer(200, shown(request, requireExport(request)))));
        router.put(exports + "/:id").handler(api.with(Right.EXPORTS_MANAGE, DataExportResource::putExport));
        router.patch(exports + "/:id").handler(api.with(Right.EXPORTS_MANAGE, DataExportResource::patchExport));
        router.delete(exports + "/:id").handler(api.with(Right.EXPORTS_MANAGE, DataExportResource::deleteExport));
    }

    private static WebhookDelivery requireDestination(CentralRequest request) {
        String id = request.parameter("id");
        WebhookDelivery found = request.app().exports().destinations().get(id);
        if (found == null) {
            throw CentralException.notFound("data export destination", id);
        }
        return found;
    }

    private static DataExport requireExport(CentralRequest request) {
        String id = request.parameter("id");
        DataExport found = request.app().exports().exports().get(id);
        if (found == null) {
            throw CentralException.notFound("data export", id);
        }
        return found;
    }

    private static void listDestinations(CentralRequest request) {
        request.answerPage(
                Page.of(request.app().exports().destinations(), request.pageAfter(), one -> true),
                DataExportResource::shown);
    }

    private void putDestination(CentralRequest request) {
        String id = request.identifier("id", ID);
        boolean isNew = !request.app().exports().destinations().containsKey(id);
        if (isNew && request.app().exports().destinations().size() >= MAX_DEFINITIONS) {
            throw CentralException.unprocessable("There are " + MAX_DEFINITIONS + " destinations already.");
        }
        store(request, DataExportJson.destination(id, request.body()));
    }

    private void patchDestination(CentralRequest request) {
        WebhookDestination before = requireDestination(request).destination();
        JsonObject merged = DataExportJson.written(before).mergeIn(request.body());
        store(request, DataExportJson.destination(before.id(), merged));
    }

    private void store(CentralRequest request, WebhookDestination destination) {
        WebhookDelivery opened = deliveries.apply(destination);
        WebhookDelivery before = request.app().exports().destinations().put(destination.id(), opened);
        if (before != null) {
            before.close();
        }
        request.answer(200, shown(opened));
    }

    private static void deleteDestination(CentralRequest request) {
        String id = requireDestination(request).destination().id();
        boolean used = request.app().exports().exports().values().stream()
                .anyMatch(export -> export.destinations().contains(id));
        if (used) {
            throw CentralException.conflict("An export still uses the destination '" + id + "'.");
        }
        WebhookDelivery gone = request.app().exports().destinations().remove(id);
        if (gone != null) {
            gone.close();
        }
        request.answerEmpty();
    }

    private static void listExports(CentralRequest request) {
        request.answerPage(
                Page.of(request.app().exports().exports(), request.pageAfter(), one -> true),
                export -> shown(request, export));
    }

    private static void putExport(CentralRequest request) {
        String id = request.identifier("id", ID);
        boolean isNew = !request.app().exports().exports().containsKey(id);
        if (isNew && request.app().exports().exports().size() >= MAX_DEFINITIONS) {
            throw CentralException.unprocessable("There are " + MAX_DEFINITIONS + " exports already.");
        }
        store(request, DataExportJson.export(id, request.body()));
    }

    private static void patchExport(CentralRequest request) {
        DataExport before = requireExport(request);
        JsonObject merged = DataExportJson.written(before).mergeIn(request.body());
        store(request, DataExportJson.export(before.id(), merged));
    }

    private static void store(CentralRequest request, DataExport export) {
        List<String> unknown = export.destinations().stream()
                .filter(id -> !request.app().exports().destinations().containsKey(id))
                .toList();
        if (!unknown.isEmpty()) {
            throw CentralException.unprocessable("There are no destinations " + unknown + "; create them first.");
        }
        request.app().exports().exports().put(export.id(), export);
        request.answer(200, shown(request, export));
    }

    private static void deleteExport(CentralRequest request) {
        request.app().exports().exports().remove(requireExport(request).id());
        request.answerEmpty();
    }

    private static JsonObject shown(WebhookDelivery delivery) {
        JsonObject json = DataExportJson.masked(delivery.destination()).put("status", lower(delivery.status()));
        if (delivery.lastExport() != null) {
            json.put("lastExportTime", delivery.lastExport().toString());
        }
        if (delivery.lastError() != null) {
            json.put(
                    "errors",
                    new JsonArray()
                            .add(new JsonObject().put("code", "DeliveryFailed").put("message", delivery.lastError())));
        }
        return json;
    }

    /** An export does as well as the worst of its destinations. */
    private static JsonObject shown(CentralRequest request, DataExport export) {
        JsonObject json = DataExportJson.written(export);
        if (!export.enabled()) {
            return json.put("status", "notStarted");
        }
        List<WebhookDelivery.Status> statuses = export.destinations().stream()
                .map(id -> request.app().exports().destinations().get(id))
                .filter(delivery -> delivery != null)
                .map(WebhookDelivery::status)
                .toList();
        return json.put(
                "status",
                statuses.contains(WebhookDelivery.Status.ERROR)
                        ? "error"
                        : statuses.contains(WebhookDelivery.Status.WAITING) ? "starting" : "healthy");
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
