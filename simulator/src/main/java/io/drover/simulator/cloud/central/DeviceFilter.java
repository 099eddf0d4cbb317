package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.central.FilterTokens.Kind;
import io.drover.simulator.cloud.central.FilterTokens.Token;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * The filter of a device group: {@code SELECT * FROM devices [WHERE condition]}, where a condition compares {@code $template},
 * {@code $id}, {@code $displayName}, {@code $provisioned}, {@code $simulated}, {@code $enabled}, {@code $organizations} or a
 * property ({@code name} or {@code component.name}) with a value and is combined with AND, OR, NOT and brackets (NOT binds
 * tightest, OR loosest). A device without a template is in no group, whatever the filter says, as documented; a property without a
 * value fulfils no comparison.
 */
public final class DeviceFilter {
    private static final int MAX_LENGTH = 8_192;
    /** Keeps a hostile filter from exhausting the stack. */
    private static final int MAX_DEPTH = 64;

    private final String text;
    private final Predicate<Subject> condition;

    private DeviceFilter(String text, Predicate<Subject> condition) {
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

    /** Whether the application's device is selected. */
    boolean test(CentralApp app, CentralDevice device) {
        return device.template() != null && condition.test(new Subject(app, device));
    }

    /** The filter as it was written. */
    public String text() {
        return text;
    }

    @Override
    public String toString() {
        return text;
    }

    /** A device with where its properties are. */
    private record Subject(CentralApp app, CentralDevice device) {
        Object property(String path) {
            return app.template(device.template())
                    .map(template -> app.properties().value(device, template, path))
                    .orElse(null);
        }
    }

    private static final class Parser {
        private final FilterTokens tokens;
        private int depth;

        Parser(FilterTokens tokens) {
            this.tokens = tokens;
        }

        Predicate<Subject> query() {
            tokens.expect("SELECT");
            tokens.expect("*");
            tokens.expect("FROM");
            tokens.expect("devices");
            Predicate<Subject> condition = tokens.takeIf("WHERE") ? alternatives() : subject -> true;
            if (tokens.peek().kind() != Kind.END) {
                throw FilterTokens.unexpected("AND, OR or the end", tokens.peek());
            }
            return condition;
        }

        private Predicate<Subject> alternatives() {
            Predicate<Subject> left = conjunction();
            while (tokens.takeIf("OR")) {
                left = left.or(conjunction());
            }
            return left;
        }

        private Predicate<Subject> conjunction() {
            Predicate<Subject> left = negation();
            while (tokens.takeIf("AND")) {
                left = left.and(negation());
            }
            return left;
        }

        private Predicate<Subject> negation() {
            if (++depth > MAX_DEPTH) {
                throw FilterTokens.unexpected("at most " + MAX_DEPTH + " levels", tokens.peek());
            }
            try {
                if (tokens.takeIf("NOT")) {
                    return negation().negate();
                }
                if (tokens.takeIf("(")) {
                    Predicate<Subject> inner = alternatives();
                    tokens.expect(")");
                    return inner;
                }
                return comparison();
            } finally {
                depth--;
            }
        }

        private Predicate<Subject> comparison() {
            Token property = tokens.take();
            if (property.kind() == Kind.WORD && !property.is("NOT")) {
                return property(property.text());
            }
            if (property.kind() != Kind.PROPERTY) {
                throw FilterTokens.unexpected("a property such as $template, NOT or (", property);
            }
            return switch (property.text()) {
                case "$template" -> text(false, CentralDevice::template);
                case "$id" -> text(true, CentralDevice::id);
                case "$displayname" -> text(true, CentralDevice::displayName);
                case "$organizations" -> text(false, CentralDevice::organization);
                case "$provisioned" -> flag(CentralDevice::provisioned);
                case "$simulated" -> flag(CentralDevice::simulated);
                case "$enabled" -> flag(CentralDevice::enabled);
                default ->
                    throw FilterTokens.unexpected(
                            "$template, $id, $displayName, $provisioned, $simulated, $enabled or $organizations",
                            property);
            };
        }

        private Predicate<Subject> text(boolean ordered, Function<CentralDevice, String> of) {
            IntPredicate order = order(ordered);
            String value = string();
            return subject -> {
                String own = of.apply(subject.device());
                return own != null && order.test(own.compareTo(value));
            };
        }

        private Predicate<Subject> flag(Predicate<CentralDevice> of) {
            IntPredicate order = order(false);
            boolean value = bool();
            return subject -> order.test(Boolean.compare(of.test(subject.device()), value));
        }

        private Predicate<Subject> property(String path) {
            IntPredicate order = order(true);
            Token literal = tokens.take();
            if (literal.kind() == Kind.STRING) {
                return subject ->
                        subject.property(path) instanceof String own && order.test(own.compareTo(literal.text()));
            }
            if (literal.is("true") || literal.is("false")) {
                boolean value = literal.is("true");
                return subject ->
                        subject.property(path) instanceof Boolean own && order.test(Boolean.compare(own, value));
            }
            double value = number(literal);
            return subject -> subject.property(path) instanceof Number own
                    && order.test(Double.compare(own.doubleValue(), value));
        }

        private static double number(Token literal) {
            if (literal.kind() == Kind.WORD) {
                try {
                    return Double.parseDouble(literal.text());
                } catch (NumberFormatException noNumber) {
                    // answered below
                }
            }
            throw FilterTokens.unexpected("a text in quotes, a number, true or false", literal);
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
