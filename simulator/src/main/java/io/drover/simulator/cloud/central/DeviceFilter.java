package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.central.FilterTokens.Kind;
import io.drover.simulator.cloud.central.FilterTokens.Token;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * The filter of a device group: {@code SELECT * FROM devices [WHERE condition]}, where a condition compares {@code $template},
 * {@code $id}, {@code $provisioned} or {@code $simulated} with a value and is combined with AND, OR, NOT and brackets (NOT binds
 * tightest, OR loosest). A device without a template is in no group, whatever the filter says, as documented.
 */
public final class DeviceFilter implements Predicate<CentralDevice> {
    private static final int MAX_LENGTH = 8_192;
    /** Keeps a hostile filter from exhausting the stack. */
    private static final int MAX_DEPTH = 64;

    private final String text;
    private final Predicate<CentralDevice> condition;

    private DeviceFilter(String text, Predicate<CentralDevice> condition) {
        this.text = text;
        this.condition = condition;
    }

    /**
     * Reads a filter.
     *
     * @throws FilterSyntaxException naming the place when the text is not a filter
     */
    public static DeviceFilter parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new FilterSyntaxException("at most " + MAX_LENGTH + " characters", "more", MAX_LENGTH);
        }
        return new DeviceFilter(text, new Parser(new FilterTokens(text)).query());
    }

    @Override
    public boolean test(CentralDevice device) {
        return device.template() != null && condition.test(device);
    }

    /** The filter as it was written. */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return text;
    }

    private static final class Parser {
        private final FilterTokens tokens;
        private int depth;

        Parser(FilterTokens tokens) {
            this.tokens = tokens;
        }

        Predicate<CentralDevice> query() {
            tokens.expect("SELECT");
            tokens.expect("*");
            tokens.expect("FROM");
            tokens.expect("devices");
            Predicate<CentralDevice> condition = tokens.takeIf("WHERE") ? alternatives() : device -> true;
            if (tokens.peek().kind() != Kind.END) {
                throw FilterTokens.unexpected("AND, OR or the end", tokens.peek());
            }
            return condition;
        }

        private Predicate<CentralDevice> alternatives() {
            Predicate<CentralDevice> left = conjunction();
            while (tokens.takeIf("OR")) {
                left = left.or(conjunction());
            }
            return left;
        }

        private Predicate<CentralDevice> conjunction() {
            Predicate<CentralDevice> left = negation();
            while (tokens.takeIf("AND")) {
                left = left.and(negation());
            }
            return left;
        }

        private Predicate<CentralDevice> negation() {
            if (++depth > MAX_DEPTH) {
                throw FilterTokens.unexpected("at most " + MAX_DEPTH + " levels", tokens.peek());
            }
            try {
                if (tokens.takeIf("NOT")) {
                    return negation().negate();
                }
                if (tokens.takeIf("(")) {
                    Predicate<CentralDevice> inner = alternatives();
                    tokens.expect(")");
                    return inner;
                }
                return comparison();
            } finally {
                depth--;
            }
        }

        private Predicate<CentralDevice> comparison() {
            Token property = tokens.take();
            if (property.kind() != Kind.PROPERTY) {
                throw FilterTokens.unexpected("a property such as $template, NOT or (", property);
            }
            return switch (property.text()) {
                case "$template" -> {
                    IntPredicate order = order(false);
                    String value = string();
                    yield device -> device.template() != null
                            && order.test(device.template().compareTo(value));
                }
                case "$id" -> {
                    IntPredicate order = order(true);
                    String value = string();
                    yield device -> order.test(device.id().compareTo(value));
                }
                case "$provisioned" -> {
                    IntPredicate order = order(false);
                    boolean value = bool();
                    yield device -> order.test(Boolean.compare(device.provisioned(), value));
                }
                case "$simulated" -> {
                    IntPredicate order = order(false);
                    boolean value = bool();
                    yield device -> order.test(Boolean.compare(device.simulated(), value));
                }
                default -> throw FilterTokens.unexpected("$template, $id, $provisioned or $simulated", property);
            };
        }

        /** How a comparison's result must lie to zero; only some properties have an order. */
        private IntPredicate order(boolean ordered) {
            Token operator = tokens.take();
            IntPredicate order = operator.kind() == Kind.SYMBOL ? order(operator.text(), ordered) : null;
            if (order == null) {
                throw FilterTokens.unexpected(ordered ? "=, !=, <, <=, > or >=" : "= or !=", operator);
            }
            return order;
        }

        private static IntPredicate order(String operator, boolean ordered) {
            return switch (operator) {
                case "=" -> difference -> difference == 0;
                case "!=", "<>" -> difference -> difference != 0;
                case "<" -> ordered ? difference -> difference < 0 : null;
                case "<=" -> ordered ? difference -> difference <= 0 : null;
                case ">" -> ordered ? difference -> difference > 0 : null;
                case ">=" -> ordered ? difference -> difference >= 0 : null;
                default -> null;
            };
        }

        private String string() {
            Token value = tokens.take();
            if (value.kind() != Kind.STRING) {
                throw FilterTokens.unexpected("a value in quotes", value);
            }
            return value.text();
        }

        private boolean bool() {
            Token value = tokens.take();
            if (value.is("true") || value.is("false")) {
                return value.is("true");
            }
            throw FilterTokens.unexpected("true or false", value);
        }
    }
}
