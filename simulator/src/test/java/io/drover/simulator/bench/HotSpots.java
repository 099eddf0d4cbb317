package io.drover.simulator.bench;

import io.drover.simulator.cloud.hub.query.Query;
import io.drover.simulator.cloud.hub.query.QueryRow;
import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the emulated cloud does for each device that signs in, and for each device that a query looks at; beside the bare HMAC under it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HotSpots {
    private static final String QUERY =
            "SELECT * FROM devices WHERE tags.site = 'north' AND properties.reported.firmware != '1.0' AND status = 'enabled'";
    private static final JsonObject TWIN = new JsonObject()
            .put("deviceId", "truck-000042")
            .put("status", "enabled")
            .put("tags", new JsonObject().put("site", "north"))
            .put("properties", new JsonObject().put("reported", new JsonObject().put("firmware", "2.1")));

    private final SymmetricKey group = SymmetricKey.generate(new Random(1));
    private final Instant expiry = Instant.parse("2030-01-01T00:00:00Z");
    private final Query query = Query.parse(QUERY);
    private final Twin twin = new Twin();
    private byte[] key;
    private byte[] text;
    private String deviceKey;
    private String token;

    /** A twin as the hub's query engine sees it. */
    private static final class Twin implements QueryRow {
        @Override
        public String key() {
            return "truck-000042";
        }

        @Override
        public Object value(List<String> path) {
            Object at = TWIN;
            for (String name : path) {
                if (!(at instanceof JsonObject object) || !object.containsKey(name)) {
                    return UNDEFINED;
                }
                at = object.getValue(name);
            }
            return at;
        }

        @Override
        public JsonObject whole() {
            return TWIN;
        }
    }

    /** The key and token of one device. */
    @Setup
    public void sign() {
        deviceKey = SymmetricKey.derive(group.primary(), "truck-000042");
        key = Base64.getDecoder().decode(deviceKey);
        token = SasToken.sign("hub.azure-devices.test/devices/truck-000042", deviceKey, expiry, null);
        text = "hub.azure-devices.test%2Fdevices%2Ftruck-000042\n1893456000".getBytes(StandardCharsets.UTF_8);
    }

    /** One HMAC-SHA256 with nothing around it: the least that checking a signature costs. */
    @Benchmark
    public byte[] bareHmac() throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text);
    }

    /** What a hub does with the password of a CONNECT. */
    @Benchmark
    public boolean checkOfAToken() {
        return SasToken.parse(token).orElseThrow().signedBy(deviceKey);
    }

    /** What a device does before its CONNECT. */
    @Benchmark
    public String signingOfAToken() {
        return SasToken.sign("hub.azure-devices.test/devices/truck-000042", deviceKey, expiry, null);
    }

    /** What a provisioning service does for a device of a group. */
    @Benchmark
    public String keyOfAGroupsDevice() {
        return SymmetricKey.derive(group.primary(), "truck-000042");
    }

    /** Reading a query, once for each page. */
    @Benchmark
    public Query parsingOfAQuery() {
        return Query.parse(QUERY);
    }

    /** Holding a query against one device, for each of a hub. */
    @Benchmark
    public boolean queryOfADevice() {
        return query.selects(twin);
    }
}
