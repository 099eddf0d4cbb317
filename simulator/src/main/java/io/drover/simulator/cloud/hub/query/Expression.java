package io.drover.simulator.cloud.hub.query;

import java.util.List;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.IntPredicate;

/**
 * A value computed from a row. As documented, an operand that is undefined or of another type makes the result undefined, and only
 * true selects a row.
 */
@FunctionalInterface
interface Expression {
    Object of(QueryRow row);

    static Expression constant(Object value) {
        return row -> value;
    }

    static Expression path(List<String> path) {
        return row -> row.value(path);
    }

    static Expression not(Expression operand) {
        return row -> operand.of(row) instanceof Boolean truth ? (Object) !truth : QueryRow.UNDEFINED;
    }

    static Expression and(Expression left, Expression right) {
        return row -> {
            Object first = left.of(row);
            if (Boolean.FALSE.equals(first)) {
                return false;
            }
            Object second = right.of(row);
            if (Boolean.FALSE.equals(second)) {
                return false;
            }
            boolean both = Boolean.TRUE.equals(first) && Boolean.TRUE.equals(second);
            return both ? (Object) true : QueryRow.UNDEFINED;
        };
    }

    static Expression or(Expression left, Expression right) {
        return not(and(not(left), not(right)));
    }

    static Expression equal(Expression left, Expression right, boolean wanted) {
        return row -> {
            Object first = left.of(row);
            Object second = right.of(row);
            return (first == QueryRow.UNDEFINED || second == QueryRow.UNDEFINED)
                    ? QueryRow.UNDEFINED
                    : (Object) (same(first, second) == wanted);
        };
    }

    static Expression ordered(Expression left, Expression right, IntPredicate order) {
        return row -> {
            Object first = left.of(row);
            Object second = right.of(row);
            if (first instanceof Number a && second instanceof Number b) {
                return order.test(Double.compare(a.doubleValue(), b.doubleValue()));
            }
            return (first instanceof String a && second instanceof String b)
                    ? (Object) order.test(a.compareTo(b))
                    : QueryRow.UNDEFINED;
        };
    }

    static Expression in(Expression operand, List<Expression> values, boolean wanted) {
        return row -> {
            Object value = operand.of(row);
            return value == QueryRow.UNDEFINED
                    ? QueryRow.UNDEFINED
                    : (Object) (values.stream().anyMatch(each -> same(value, each.of(row))) == wanted);
        };
    }

    static Expression arithmetic(Expression left, Expression right, DoubleBinaryOperator operator) {
        return row -> (left.of(row) instanceof Number a && right.of(row) instanceof Number b)
                ? (Object) operator.applyAsDouble(a.doubleValue(), b.doubleValue())
                : QueryRow.UNDEFINED;
    }

    private static boolean same(Object first, Object second) {
        return (first instanceof Number a && second instanceof Number b)
                ? Double.compare(a.doubleValue(), b.doubleValue()) == 0
                : Objects.equals(first, second);
    }
}
