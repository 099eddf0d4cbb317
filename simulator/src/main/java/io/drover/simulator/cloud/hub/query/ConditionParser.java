package io.drover.simulator.cloud.hub.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads expressions: {@code OR} over {@code AND} over {@code NOT} over comparisons over arithmetic over values. */
final class ConditionParser {
    private static final int MAX_DEPTH = 64;

    private final QueryTokens tokens;
    private int depth;

    ConditionParser(QueryTokens tokens) {
        this.tokens = tokens;
    }

    Expression or() {
        Expression condition = and();
        while (tokens.take("OR")) {
            condition = Expression.or(condition, and());
        }
        return condition;
    }

    private Expression and() {
        Expression condition = negation();
        while (tokens.take("AND")) {
            condition = Expression.and(condition, negation());
        }
        return condition;
    }

    private Expression negation() {
        if (!tokens.take("NOT")) {
            return comparison();
        }
        deeper();
        Expression negated = Expression.not(negation());
        depth--;
        return negated;
    }

    private Expression comparison() {
        Expression left = sum();
        String operator = tokens.peek().toUpperCase(Locale.ROOT);
        switch (operator) {
            case "=", "!=", "<>", "<", ">", "<=", ">=", "IN", "NIN" -> tokens.takeAny();
            default -> {
                return left;
            }
        }
        return switch (operator) {
            case "=" -> Expression.equal(left, sum(), true);
            case "!=", "<>" -> Expression.equal(left, sum(), false);
            case "<" -> Expression.ordered(left, sum(), sign -> sign < 0);
            case ">" -> Expression.ordered(left, sum(), sign -> sign > 0);
            case "<=" -> Expression.ordered(left, sum(), sign -> sign <= 0);
            case ">=" -> Expression.ordered(left, sum(), sign -> sign >= 0);
            default -> Expression.in(left, list(), operator.equals("IN"));
        };
    }

    private List<Expression> list() {
        List<Expression> values = new ArrayList<>();
        tokens.expect("[");
        do {
            values.add(sum());
        } while (tokens.take(","));
        tokens.expect("]");
        return values;
    }

    Expression sum() {
        Expression value = product();
        while (true) {
            if (tokens.take("+")) {
                value = Expression.arithmetic(value, product(), Double::sum);
            } else if (tokens.take("-")) {
                value = Expression.arithmetic(value, product(), (a, b) -> a - b);
            } else {
                return value;
            }
        }
    }

    private Expression product() {
        Expression value = operand();
        while (true) {
            if (tokens.take("*")) {
                value = Expression.arithmetic(value, operand(), (a, b) -> a * b);
            } else if (tokens.take("/")) {
                value = Expression.arithmetic(value, operand(), (a, b) -> a / b);
            } else if (tokens.take("%")) {
                value = Expression.arithmetic(value, operand(), (a, b) -> a % b);
            } else {
                return value;
            }
        }
    }

    private Expression operand() {
        deeper();
        Expression value = value();
        depth--;
        return value;
    }

    private Expression value() {
        if (tokens.take("(")) {
            Expression inner = or();
            tokens.expect(")");
            return inner;
        }
        if (tokens.take("-")) {
            return Expression.arithmetic(Expression.constant(0), operand(), (zero, number) -> zero - number);
        }
        String text = tokens.peek();
        if (text.isEmpty()) {
            throw tokens.fault("the query ends too early");
        }
        char first = text.charAt(0);
        if (first == '\'' || first == '"') {
            tokens.takeAny();
            return Expression.constant(text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1"));
        }
        if (Character.isDigit(first)) {
            tokens.takeAny();
            return Expression.constant(Double.valueOf(text));
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "false" -> Expression.constant(Boolean.valueOf(tokens.takeAny()));
            case "null" -> {
                tokens.takeAny();
                yield Expression.constant(null);
            }
            default -> tokens.peekSecond().equals("(") ? function() : Expression.path(path());
        };
    }

    private Expression function() {
        String name = tokens.peek().toLowerCase(Locale.ROOT);
        if (!Functions.isFunction(name)) {
            throw tokens.fault("there is no function '" + tokens.peek() + "' here");
        }
        tokens.takeAny();
        tokens.expect("(");
        List<Expression> arguments = new ArrayList<>();
        do {
            arguments.add(or());
        } while (tokens.take(","));
        if (arguments.size() != Functions.arity(name)) {
            throw tokens.fault(name + " takes " + Functions.arity(name) + " argument(s)");
        }
        tokens.expect(")");
        return Functions.call(name, arguments);
    }

    /** A path without the name of the source before it. */
    List<String> path() {
        List<String> path = new ArrayList<>();
        do {
            path.add(name());
        } while (tokens.take("."));
        int begin = path.size() > 1 && path.get(0).equalsIgnoreCase("devices") ? 1 : 0;
        boolean nested = begin == 1
                && path.size() > 2
                && (path.get(1).equalsIgnoreCase("modules") || path.get(1).equalsIgnoreCase("jobs"));
        return List.copyOf(path.subList(nested ? 2 : begin, path.size()));
    }

    private String name() {
        String name = tokens.peek();
        if (name.startsWith("[[")) {
            tokens.takeAny();
            return name.substring(2, name.length() - 2);
        }
        if (name.isEmpty() || !Character.isJavaIdentifierStart(name.charAt(0))) {
            throw tokens.fault("'" + name + "' is no property name");
        }
        return tokens.takeAny();
    }

    private void deeper() {
        if (++depth > MAX_DEPTH) {
            throw tokens.fault("nested too deeply");
        }
    }
}
