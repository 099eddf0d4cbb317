package io.drover.worker.db;

import io.vertx.core.json.JsonArray;
import io.vertx.jdbcclient.impl.actions.JDBCColumnDescriptor;
import io.vertx.jdbcclient.impl.actions.SQLValueProvider;
import io.vertx.jdbcclient.spi.JDBCColumnDescriptorProvider;
import io.vertx.jdbcclient.spi.JDBCDecoder;
import io.vertx.jdbcclient.spi.JDBCEncoder;
import io.vertx.sqlclient.Tuple;
import java.sql.CallableStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Values of SQLite as they are: numbers and texts. Found by {@link java.util.ServiceLoader}, as Vert.x documents for its
 * JDBC client, whose own codec asks the driver for the type's name of every value, which costs more than the statement.
 * Stateless.
 */
public final class SqliteValues implements JDBCDecoder, JDBCEncoder {
    @Override
    public Object parse(ResultSet row, int position, JDBCColumnDescriptorProvider types) throws SQLException {
        return row.getObject(position);
    }

    @Override
    public Object parse(CallableStatement statement, int position, JDBCColumnDescriptorProvider types)
            throws SQLException {
        return statement.getObject(position);
    }

    @Override
    public Object decode(JDBCColumnDescriptor type, SQLValueProvider value) throws SQLException {
        return value.apply(Object.class);
    }

    @Override
    public Object cast(Object value) {
        return value;
    }

    @Override
    public Object encode(JsonArray values, int position, JDBCColumnDescriptorProvider types) {
        return values.getValue(position - 1);
    }

    @Override
    public Object encode(Tuple values, int position, JDBCColumnDescriptorProvider types) {
        return values.getValue(position - 1);
    }
}
