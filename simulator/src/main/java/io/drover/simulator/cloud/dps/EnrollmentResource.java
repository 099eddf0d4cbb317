package io.drover.simulator.cloud.dps;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * The service API of one kind of enrollments: get, put, delete, bulk, query, attestation mechanism. The kind says where they are kept
 * and how they are read.
 */
final class EnrollmentResource<E extends Enrollment<E>> {
    private static final int MAX_BULK = 10;

    private final Kind<E> kind;

    EnrollmentResource(Kind<E> kind) {
        this.kind = kind;
    }

    /** What differs between groups and individual enrollments. */
    interface Kind<E extends Enrollment<E>> {
        /** Path segment and list in bulk operations: enrollmentGroups or enrollments. */
        String collection();

        /** The property that holds the id. */
        String idProperty();

        /** The x-ms-item-type of queries. */
        String itemType();

        Enrollments<E> in(ProvisioningService service);

        E read(String id, JsonObject json, E before, List<String> linkedHubs);

        E put(ProvisioningService service, E enrollment, String ifMatch);

        void delete(ProvisioningService service, String id, String ifMatch);

        /** What a get shows of this one. */
        JsonObject shown(ProvisioningService service, E enrollment);
    }

    String collection() {
        return kind.collection();
    }

    void get(DpsRequest request) {
        request.answer(kind.shown(request.service(), find(request)));
    }

    void put(DpsRequest request) {
        E stored = store(request.service(), request.id(), request.body(), request.header("If-Match"));
        request.answer(EnrollmentJson.masked(stored));
    }

    void delete(DpsRequest request) {
        kind.delete(request.service(), request.id(), request.header("If-Match"));
        request.answerEmpty();
    }

    void attestationMechanism(DpsRequest request) {
        request.answer(EnrollmentJson.attestation(find(request).attestation(), true));
    }

    /** The text of the query changes nothing, as documented by the field; it must still be there. */
    void query(DpsRequest request) {
        JsonFields.require(request.body().getValue("query") instanceof String, "query must be a string.");
        DpsPaging paging = request.paging();
        Page<E> page = kind.in(request.service()).page(paging.after(), paging.max());
        JsonArray items = new JsonArray();
        page.items().forEach(item -> items.add(EnrollmentJson.masked(item)));
        request.answerPage(items, page.continuation(), paging, kind.itemType());
    }

    /** Each item is done or refused by itself; refusals are listed in an answer that is still 200. */
    void bulk(DpsRequest request) {
        JsonObject body = request.body();
        BulkMode mode = BulkMode.named(JsonFields.string(body, "mode", ""))
                .orElseThrow(() -> JsonFields.bad("mode must be create, update, updateIfMatchETag or delete."));
        JsonArray items = JsonFields.array(body, kind.collection());
        JsonFields.require(
                items != null && !items.isEmpty() && items.size() <= MAX_BULK,
                kind.collection() + " must have 1 to " + MAX_BULK + " items.");
        JsonArray errors = new JsonArray();
        for (Object item : items) {
            JsonFields.require(item instanceof JsonObject, kind.collection() + " must be a list of objects.");
            JsonObject enrollment = (JsonObject) item;
            String id = JsonFields.string(enrollment, kind.idProperty(), null);
            JsonFields.require(id != null, kind.idProperty() + " is required.");
            try {
                apply(request.service(), mode, id, enrollment);
            } catch (ProvisioningException refused) {
                errors.add(new JsonObject()
                        .put(kind.idProperty(), id)
                        .put("errorCode", refused.error().code())
                        .put("errorStatus", refused.getMessage()));
            }
        }
        request.answer(new JsonObject().put("isSuccessful", errors.isEmpty()).put("errors", errors));
    }

    private void apply(ProvisioningService service, BulkMode mode, String id, JsonObject enrollment) {
        switch (mode) {
            case CREATE -> store(service, id, enrollment, null);
            case UPDATE -> store(service, id, enrollment, "*");
            case UPDATE_IF_MATCH -> {
                String etag = JsonFields.string(enrollment, "etag", null);
                JsonFields.require(etag != null, "etag is required for updateIfMatchETag.");
                store(service, id, enrollment, etag);
            }
            case DELETE -> kind.delete(service, id, JsonFields.string(enrollment, "etag", null));
        }
    }

    private E store(ProvisioningService service, String id, JsonObject body, String ifMatch) {
        List<String> hubs = service.links().stream().map(LinkedHub::hostName).toList();
        E before = kind.in(service).get(id).orElse(null);
        return kind.put(service, kind.read(id, body, before, hubs), ifMatch);
    }

    private E find(DpsRequest request) {
        return kind.in(request.service())
                .get(request.id())
                .orElseThrow(() -> new ProvisioningException(ProvisioningError.ENROLLMENT_NOT_FOUND));
    }
}
