package io.drover.simulator.cloud.mqtt;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServerOptions;
import io.vertx.mqtt.impl.MqttServerConnection;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.ProtocolException;

/**
 * vertx-mqtt's server with one more step in its pipeline, {@link PasswordlessConnects}: up to 5.0 it forgets the user name of a CONNECT
 * without password, which is how devices with certificates connect. Obsolete with vertx-mqtt 5.1.
 */
final class MqttListener {
    private static final MethodHandle HANDLE_MESSAGE = handleMessage();

    private final MqttServerOptions options;
    private final Handler<MqttEndpoint> endpoints;
    private final Handler<Throwable> failures;

    MqttListener(MqttServerOptions options, Handler<MqttEndpoint> endpoints, Handler<Throwable> failures) {
        this.options = options;
        this.endpoints = endpoints;
        this.failures = failures;
    }

    /** Listens at the address of the options. */
    Future<NetServer> listen(Vertx vertx) {
        return vertx.createNetServer(options)
                .connectHandler(this::connected)
                .exceptionHandler(failures)
                .listen();
    }

    private void connected(NetSocket socket) {
        NetSocketInternal connection = (NetSocketInternal) socket;
        ChannelPipeline pipeline = connection.channelHandlerContext().pipeline();
        // The names are those that vertx-mqtt looks for when the CONNECT has come.
        pipeline.addBefore("handler", "mqttEncoder", MqttEncoder.INSTANCE);
        pipeline.addBefore(
                "handler", "mqttDecoder", new MqttDecoder(options.getMaxMessageSize(), options.getMaxClientIdLength()));
        pipeline.addBefore("handler", "passwordlessConnects", new PasswordlessConnects());
        pipeline.addBefore("handler", "idle", new IdleStateHandler(options.timeoutOnConnect(), 0, 0));
        pipeline.addBefore("handler", "timeoutOnConnect", new CloseWhenIdle());
        connection.messageHandler(new Messages(connection)::handle);
    }

    private static MethodHandle handleMessage() {
        try {
            return MethodHandles.privateLookupIn(MqttServerConnection.class, MethodHandles.lookup())
                    .findVirtual(
                            MqttServerConnection.class,
                            "handleMessage",
                            MethodType.methodType(void.class, Object.class));
        } catch (ReflectiveOperationException otherVersion) {
            throw new IllegalStateException("this version of vertx-mqtt works differently inside", otherVersion);
        }
    }

    /**
     * The messages of one connection. What comes before CONNECT closes it; what comes after a refusal, or while no answer was given, is
     * dropped unread, as MQTT 3.1.1 section 3.1.4 asks for. vertx-mqtt throws for both.
     */
    private final class Messages {
        private final NetSocket socket;
        private final MqttServerConnection mqtt;
        private boolean connectSeen;
        private MqttEndpoint endpoint;

        Messages(NetSocketInternal socket) {
            this.socket = socket;
            this.mqtt = new MqttServerConnection(socket, this::connecting, failures, options);
        }

        private void connecting(MqttEndpoint connecting) {
            endpoint = connecting;
            endpoints.handle(connecting);
        }

        void handle(Object message) {
            synchronized (mqtt) {
                connectSeen |= message instanceof MqttConnectMessage;
                if (message instanceof MqttConnectMessage || isUnreadable(message) || isConnected()) {
                    pass(message);
                } else {
                    ReferenceCountUtil.release(message);
                    if (!connectSeen) {
                        failures.handle(new ProtocolException("a packet came before CONNECT"));
                        socket.close().onFailure(failures);
                    }
                }
            }
        }

        private boolean isConnected() {
            return endpoint != null && endpoint.isConnected();
        }

        /** vertx-mqtt ends the connection for these. */
        private static boolean isUnreadable(Object message) {
            return !(message instanceof MqttMessage packet)
                    || !packet.decoderResult().isSuccess();
        }

        private void pass(Object message) {
            try {
                HANDLE_MESSAGE.invokeExact(mqtt, message);
            } catch (RuntimeException | Error thrown) {
                throw thrown;
            } catch (Throwable impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    private static final class CloseWhenIdle extends ChannelDuplexHandler {
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event instanceof IdleStateEvent) {
                context.close();
            }
            super.userEventTriggered(context, event);
        }
    }
}
