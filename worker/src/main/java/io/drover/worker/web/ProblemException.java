package io.drover.worker.web;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** An answer to a request that is not carried out, as problem details (RFC 9457). Its detail says what is wrong and what to do. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String title;
    private final transient List<Mistake> mistakes;

    /** One mistake in what was sent. */
    public record Mistake(String where, String problem, String remedy) {}

    /** @param code names the kind of problem, in kebab case */
    public ProblemException(int status, String code, String title, String detail, List<Mistake> mistakes) {
        super(detail);
        this.status = status;
        this.code = code;
        this.title = title;
        this.mistakes = List.copyOf(mistakes);
    }

    public ProblemException(int status, String code, String title, String detail) {
        this(status, code, title, detail, List.of());
    }

    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    /** The body of the answer. */
    public JsonObject json() {
        JsonObject json = new JsonObject()
                .put("type", "urn:drover:problem:" + code)
                .put("title", title)
                .put("status", status)
                .put("detail", getMessage());
        if (mistakes != null && !mistakes.isEmpty()) {
            JsonArray list = new JsonArray();
            mistakes.forEach(mistake -> list.add(new JsonObject()
                    .put("where", mistake.where())
                    .put("problem", mistake.problem())
                    .put("remedy", mistake.remedy())));
            json.put("problems", list);
        }
        return json;
    }
}
