package io.drover.simulator.cloud.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code SELECT *|path,… FROM devices [WHERE condition]}: comparisons {@code = != <> < > <= >=}, {@code IN},
 * {@code NIN}, {@code is_defined(path)}, {@code AND OR NOT} and brackets, after "IoT Hub query language". Aggregation
 * and {@code devices.jobs} are refused. A fault is a {@link HubException} with ARGUMENT_INVALID that names the place.
 */
final class HubQueryParser {
    private static final int MAX_LENGTH = 8 * 1024;
    private static final int MAX_DEPTH = 64;
    private static final Pattern TOKEN = Pattern.compile("\\s*(?:('(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\")"
            + "|(-?\\d+(?:\\.\\d+)?)|([A-Za-z_$][\\w$\\-]*)|(<=|>=|!=|<>|[=<>().,*\\[\\]]))");

    private record Token(String text, int at) {}

    private final List<Token> tokens = new ArrayList<>();
    private final String query;
    private int next;
    private int depth;

    private HubQueryParser(String query) {
        this.query = query;
        Matcher matcher = TOKEN.matcher(query);
        int at = 0;
        while (at < query.length() && !query.substring(at).isBlank()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw fault("unexpected character", at);
            }
            tokens.add(new Token(matcher.group().trim(), matcher.end()));
            at = matcher.end();
        }
    }

    static HubQuery parse(String query) {
        if (query.length() > MAX_LENGTH) {
            throw new HubException(HubError.PRECONDITION_FAILED, "The query is longer than 8 KB.");
        }
        return new HubQueryParser(query).query();
    }

    private HubQuery query() {
        expect("SELECT");
        List<List<String>> columns = columns();
        expect("FROM");
        expect("devices");
        Predicate<HubDevice> condition = take("WHERE") ? or() : device -> true;
        if (next < tokens.size()) {
            throw fault("unexpected '" + peek() + "'");
        }
        return new HubQuery(columns, condition);
    }

    private List<List<String>> columns() {
        List<List<String>> columns = new ArrayList<>();
        if (take("*")) {
            return columns;
        }
        do {
            columns.add(path());
        } while (take(","));
        return columns;
    }

    private Predicate<HubDevice> or() {
        Predicate<HubDevice> condition = and();
        while (take("OR")) {
            condition = condition.or(and());
        }
        return condition;
    }

    private Predicate<HubDevice> and() {
        Predicate<HubDevice> condition = term();
        while (take("AND")) {
            condition = condition.and(term());
        }
        return condition;
    }

    private Predicate<HubDevice> term() {
        if (++depth > MAX_DEPTH) {
            throw fault("nested too deeply");
        }
        Predicate<HubDevice> condition;
        if (take("NOT")) {
            condition = term().negate();
        } else if (take("(")) {
            condition = or();
            expect(")");
        } else if (take("is_defined")) {
            expect("(");
            List<String> path = path();
            expect(")");
            condition = device -> RegistryJson.value(device, path) != null;
        } else {
            condition = comparison();
        }
        depth--;
        return condition;
    }

    private Predicate<HubDevice> comparison() {
        List<String> path = path();
        String operator = takeAny().toUpperCase(Locale.ROOT);
        if (operator.equals("IN") || operator.equals("NIN")) {
            List<Object> values = list();
            boolean wanted = operator.equals("IN");
            return device -> {
                Object value = RegistryJson.value(device, path);
                return values.stream().anyMatch(each -> same(value, each)) == wanted;
            };
        }
        IntPredicate order = switch (operator) {
            case "<" -> sign -> sign < 0;
            case ">" -> sign -> sign > 0;
            case "<=" -> sign -> sign <= 0;
            case ">=" -> sign -> sign >= 0;
            case "=", "!=", "<>" -> null;
            default -> throw fault("'" + operator + "' is no comparison");
        };
        Object literal = literal();
        if (order != null) {
            return device -> ordered(RegistryJson.value(device, path), literal, order);
        }
        boolean wanted = operator.equals("=");
        return device -> same(RegistryJson.value(device, path), literal) == wanted;
    }

    private List<Object> list() {
        expect("[");
        List<Object> values = new ArrayList<>();
        do {
            values.add(literal());
        } while (take(","));
        expect("]");
        return values;
    }

    private List<String> path() {
        List<String> path = new ArrayList<>();
        do {
            String name = takeAny();
            if (!Character.isJavaIdentifierStart(name.charAt(0))) {
                throw fault("'" + name + "' is no property name");
            }
            path.add(name);
        } while (take("."));
        return path.size() > 1 && path.get(0).equals("devices") ? path.subList(1, path.size()) : path;
    }

    private Object literal() {
        String text = takeAny();
        char first = text.charAt(0);
        if (first == '\'' || first == '"') {
            return text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1");
        }
        if (first == '-' || Character.isDigit(first)) {
            return Double.valueOf(text);
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> null;
            default -> throw fault("'" + text + "' is no value; put strings in single quotes");
        };
    }

    private static boolean same(Object value, Object literal) {
        return (value instanceof Number number && literal instanceof Double wanted)
                ? Double.compare(number.doubleValue(), wanted) == 0
                : Objects.equals(value, literal);
    }

    private static boolean ordered(Object value, Object literal, IntPredicate order) {
        if (value instanceof Number number && literal instanceof Double other) {
            return order.test(Double.compare(number.doubleValue(), other));
        }
        return value instanceof String text && literal instanceof String other && order.test(text.compareTo(other));
    }

    private String peek() {
        return next < tokens.size() ? tokens.get(next).text() : "";
    }

    private boolean take(String word) {
        boolean found = peek().equalsIgnoreCase(word);
        next += found ? 1 : 0;
        return found;
    }

    private String takeAny() {
        if (next >= tokens.size()) {
            throw fault("the query ends too early");
        }
        return tokens.get(next++).text();
    }

    private void expect(String word) {
        if (!take(word)) {
            throw fault("expected " + word);
        }
    }

    private HubException fault(String what) {
        return fault(what, next < tokens.size() ? tokens.get(next).at() - peek().length() : query.length());
    }

    private static HubException fault(String what, int at) {
        return new HubException(HubError.ARGUMENT_INVALID, "Query syntax: " + what + " at position " + at + ".");
    }
}
