package io.drover.worker.api;

import io.drover.worker.migration.Migration;
import io.drover.worker.report.HtmlReport;
import io.drover.worker.report.JsonReport;
import io.drover.worker.report.MigrationReport;
import io.drover.worker.report.ReportReader;
import io.drover.worker.report.TextReport;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;

/** The report as a file. What is computed of all devices is computed off the event loop; lists of devices are streamed. */
final class ReportOperation implements Operation {
    private final Serving serving;
    private final MigrationViews views;

    ReportOperation(Serving serving, MigrationViews views) {
        this.serving = serving;
        this.views = views;
    }

    private enum Format {
        /** A page to read, which the console opens; it runs nothing and loads nothing. */
        HTML("text/html; charset=utf-8", "html", "inline"),
        JSON("application/json", "json", "attachment"),
        CSV("text/csv; charset=utf-8", "csv", "attachment"),
        TEXT("text/plain; charset=utf-8", "txt", "attachment");

        private final String mediaType;
        private final String ending;
        private final String disposition;

        Format(String mediaType, String ending, String disposition) {
            this.mediaType = mediaType;
            this.ending = ending;
            this.disposition = disposition;
        }

        Map<String, String> headers(String migration) {
            String name = "drover-" + migration + "." + ending;
            String plain = name.replaceAll("[^A-Za-z0-9._-]", "_");
            String exact = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
            return Map.of(
                    "content-type",
                    mediaType,
                    "content-disposition",
                    disposition + "; filename=\"" + plain + "\"; filename*=UTF-8''" + exact,
                    "content-security-policy",
                    "sandbox; default-src 'none'; style-src 'unsafe-inline'");
        }
    }

    @Override
    public Future<Answer> carryOut(Call call) {
        String wanted = call.query("format");
        Format format = wanted == null ? Format.HTML : Format.valueOf(wanted.toUpperCase(Locale.ROOT));
        return views.begun(call.migration()).compose(migration -> switch (format) {
            case CSV -> csv(call, migration);
            case HTML -> written(migration, format, (out, report) -> new HtmlReport(out).write(report));
            case JSON -> written(migration, format, (out, report) -> out.println(JsonReport.of(report)));
            case TEXT -> written(migration, format, ReportOperation::text);
        });
    }

    private static void text(PrintWriter out, MigrationReport report) {
        TextReport.summary(out, report.migration(), report.counts(), report.returned(), report.sides());
        report.owned().text(out);
    }

    private Future<Answer> written(
            Migration migration, Format format, BiConsumer<PrintWriter, MigrationReport> writing) {
        return new ReportReader(serving.ledger(), serving.clock())
                .read(migration)
                .compose(report -> serving.vertx()
                        .executeBlocking(
                                () -> {
                                    StringWriter text = new StringWriter();
                                    PrintWriter out = new PrintWriter(text);
                                    writing.accept(out, report);
                                    out.flush();
                                    return text.toString();
                                },
                                false))
                .map(text -> new Answer(200, format.headers(migration.name()), text, false));
    }

    /** A page is read only when the one before it has left: a slow reader holds one page. */
    private Future<Answer> csv(Call call, Migration migration) {
        HttpServerResponse response = call.response().setChunked(true);
        Format.CSV.headers(migration.name()).forEach(response::putHeader);
        StringWriter header = new StringWriter();
        PrintWriter first = new PrintWriter(header);
        TextReport.csvHeader(first);
        first.flush();
        return response.write(header.toString())
                .compose(sent -> serving.ledger()
                        .devices()
                        .reads()
                        .eachPage(
                                migration.id(),
                                page -> serving.vertx()
                                        .executeBlocking(
                                                () -> {
                                                    StringWriter lines = new StringWriter();
                                                    PrintWriter out = new PrintWriter(lines);
                                                    TextReport.csv(out, page);
                                                    out.flush();
                                                    return lines.toString();
                                                },
                                                false)
                                        .compose(text ->
                                                text.isEmpty() ? Future.succeededFuture() : response.write(text))))
                .compose(done -> response.end())
                .map(done -> Answer.stream());
    }
}
