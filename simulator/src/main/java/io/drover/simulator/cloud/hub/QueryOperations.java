package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.hub.query.Query;
import io.drover.simulator.cloud.hub.query.QueryRow;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code POST /devices/query}: one page at a time, read off the event loop because a condition that few rows meet may look at all
 * of them.
 */
final class QueryOperations {
    private record Page(List<JsonObject> rows, QueryPosition next) {}

    private final Vertx vertx;
    private final HubResponses responses;
    private final Clock clock;

    QueryOperations(Vertx vertx, HubResponses responses, Clock clock) {
        this.vertx = vertx;
        this.responses = responses;
        this.clock = clock;
    }

    /** Answers one page; {@code x-ms-continuation} names the next and holds for the same query and page size only. */
    void query(Hub hub, RoutingContext request) {
        hub.requireDeviceManagement();
        String text = HubRestApi.objectOf(request).getString("query");
        if (text == null) {
            throw new HubException(HubError.ARGUMENT_INVALID, "The body must have a query.");
        }
        Query query = Query.parse(text);
        int size = QueryPosition.pageSize(request);
        QueryPosition from = QueryPosition.of(request, text, size);
        vertx.executeBlocking(
                        () -> query.aggregates() ? totals(hub, query, from, size) : rows(hub, query, from, size), false)
                .onSuccess(page -> answer(request, query, page, text, size))
                .onFailure(request::fail);
    }

    private void answer(RoutingContext request, Query query, Page page, String text, int size) {
        if (page.next() != null) {
            request.response().putHeader("x-ms-continuation", page.next().token(text, size));
        }
        request.response().putHeader("x-ms-item-type", itemType(query));
        responses.json(request, new JsonArray(page.rows()));
    }

    private static String itemType(Query query) {
        if (!query.selectsAll()) {
            return "Raw";
        }
        return query.source() == Query.Source.JOBS ? "DeviceJob" : "Twin";
    }

    private Page rows(Hub hub, Query query, QueryPosition from, int size) {
        long left = query.top() - from.given();
        List<QueryRow> found = rowsOf(hub, query.source(), from.after())
                .filter(query::selects)
                .limit(Math.min(left, size + 1L))
                .toList();
        boolean more = found.size() > size;
        List<QueryRow> page = more ? found.subList(0, size) : found;
        QueryPosition next =
                more ? new QueryPosition(from.given() + size, page.get(size - 1).key()) : null;
        return new Page(page.stream().map(query::row).toList(), next);
    }

    private Page totals(Hub hub, Query query, QueryPosition from, int size) {
        List<JsonObject> all = query.totals(rowsOf(hub, query.source(), ""));
        long end = Math.min(all.size(), query.top());
        long to = Math.min(end, from.given() + size);
        return new Page(
                all.subList((int) Math.min(from.given(), to), (int) to), to < end ? new QueryPosition(to, "") : null);
    }

    private Stream<QueryRow> rowsOf(Hub hub, Query.Source source, String after) {
        Instant now = clock.instant();
        return switch (source) {
            case DEVICES -> hub.devicesFrom(after, false).map(device -> new TwinRow(device, now));
            case MODULES -> {
                String device = after.contains("/") ? after.substring(0, after.indexOf('/')) : after;
                yield hub.devicesFrom(device, true)
                        .flatMap(each -> each.modules().stream())
                        .filter(module -> after.isEmpty()
                                || !module.deviceId().equals(device)
                                || module.clientId().compareTo(after) > 0)
                        .map(module -> new TwinRow(module, now));
            }
            case JOBS -> hub.jobs().rowsAfter(after);
        };
    }
}
