package io.drover.simulator.cloud.hub.telemetry;

import io.vertx.core.Handler;
import io.vertx.core.net.NetSocket;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.sasl.ProtonSaslAuthenticator;
import java.util.Set;
import org.apache.qpid.proton.engine.Sasl.SaslOutcome;
import org.apache.qpid.proton.engine.Transport;

/** Lets everyone in: with ANONYMOUS or MSSBCBS a client proves itself afterwards, by put-token to {@code $cbs}. */
final class Sasl implements ProtonSaslAuthenticator {
    private static final Set<String> MECHANISMS = Set.of("ANONYMOUS", "MSSBCBS");

    private org.apache.qpid.proton.engine.Sasl sasl;
    private boolean succeeded;

    @Override
    public void init(NetSocket socket, ProtonConnection connection, Transport transport) {
        sasl = transport.sasl();
        sasl.server();
        sasl.allowSkip(false);
        sasl.setMechanisms("MSSBCBS", "ANONYMOUS");
    }

    @Override
    public void process(Handler<Boolean> processed) {
        String[] chosen = sasl.getRemoteMechanisms();
        boolean done = chosen.length > 0;
        if (done) {
            succeeded = MECHANISMS.contains(chosen[0]);
            sasl.done(succeeded ? SaslOutcome.PN_SASL_OK : SaslOutcome.PN_SASL_AUTH);
        }
        processed.handle(done);
    }

    @Override
    public boolean succeeded() {
        return succeeded;
    }
}
