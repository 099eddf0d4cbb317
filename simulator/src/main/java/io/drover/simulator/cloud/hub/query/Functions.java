package io.drover.simulator.cloud.hub.query;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Predicate;

/** The scalar functions of "IoT Hub query language": type checks, mathematics, strings. Names ignore case. */
final class Functions {
    private static final Map<String, Predicate<Object>> CHECKS = Map.of(
            "is_defined", value -> value != QueryRow.UNDEFINED,
            "is_null", value -> value == null,
            "is_bool", Boolean.class::isInstance,
            "is_number", Number.class::isInstance,
            "is_string", String.class::isInstance,
            "is_object", JsonObject.class::isInstance,
            "is_array", JsonArray.class::isInstance,
            "is_primitive",
                    value -> value == null
                            || value instanceof Boolean
                            || value instanceof Number
                            || value instanceof String);
    private static final Map<String, DoubleUnaryOperator> MATHEMATICS = Map.of(
            "abs", Math::abs,
            "exp", Math::exp,
            "square", value -> value * value,
            "ceiling", Math::ceil,
            "floor", Math::floor,
            "sign", Math::signum,
            "sqrt", Math::sqrt);
    private static final Map<String, BiPredicate<String, String>> TEXTS = Map.of(
            "startswith", String::startsWith,
            "starts_with", String::startsWith,
            "endswith", String::endsWith,
            "ends_with", String::endsWith,
            "contains", String::contains);

    private Functions() {}

    static boolean isFunction(String lowerName) {
        return CHECKS.containsKey(lowerName)
                || MATHEMATICS.containsKey(lowerName)
                || TEXTS.containsKey(lowerName)
                || lowerName.equals("power");
    }

    static int arity(String lowerName) {
        return TEXTS.containsKey(lowerName) || lowerName.equals("power") ? 2 : 1;
    }

    static Expression call(String lowerName, List<Expression> arguments) {
        Expression first = arguments.get(0);
        if (CHECKS.containsKey(lowerName)) {
            Predicate<Object> check = CHECKS.get(lowerName);
            return row -> check.test(first.of(row));
        }
        if (MATHEMATICS.containsKey(lowerName)) {
            DoubleUnaryOperator operator = MATHEMATICS.get(lowerName);
            return row -> first.of(row) instanceof Number number
                    ? (Object) operator.applyAsDouble(number.doubleValue())
                    : QueryRow.UNDEFINED;
        }
        Expression second = arguments.get(1);
        if (lowerName.equals("power")) {
            return Expression.arithmetic(first, second, Math::pow);
        }
        BiPredicate<String, String> test = TEXTS.get(lowerName);
        return row -> (first.of(row) instanceof String text && second.of(row) instanceof String part)
                ? (Object) test.test(text, part)
                : QueryRow.UNDEFINED;
    }
}
