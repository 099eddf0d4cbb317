package io.drover.simulator.cloud.mqtt;

import java.security.cert.X509Certificate;
import java.util.List;

/** One of the services that share the MQTT listener and are told apart by the user name of the CONNECT. */
public interface MqttService {
    /** Whether this CONNECT is meant for the service; looks at the user name only, checks nothing. */
    boolean accepts(DeviceConnection connection);

    /**
     * Takes the connection over: answers CONNECT with CONNACK or a refusal, and sets the handler. On an event loop.
     *
     * @param certificates the chain the client proved to hold in the TLS handshake, its own first; of no checked origin. Empty when
     *     it showed none.
     */
    void attach(DeviceConnection connection, List<X509Certificate> certificates);
}
