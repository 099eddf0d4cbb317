package io.drover.simulator.cloud.central;

/** The primitive schemas of DTDL v2, as far as a JSON value shows which it has. */
final class PropertySchema {
    private PropertySchema() {}

    /** Whether a value may stand for a property of this schema; any value for a schema that is not primitive (null). */
    static boolean accepts(String schema, Object value) {
        if (schema == null) {
            return true;
        }
        return switch (schema) {
            case "boolean" -> value instanceof Boolean;
            case "double", "float" -> value instanceof Number;
            case "integer" -> value instanceof Integer;
            case "long" -> value instanceof Integer || value instanceof Long;
            case "string", "date", "dateTime", "time", "duration" -> value instanceof String;
            default -> true;
        };
    }
}
