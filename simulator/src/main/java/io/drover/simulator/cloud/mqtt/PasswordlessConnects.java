package io.drover.simulator.cloud.mqtt;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;

/** Gives a CONNECT that has a user name and no password an empty one. One for each connection; leaves after its first message. */
final class PasswordlessConnects extends ChannelInboundHandlerAdapter {
    private static final byte[] NOTHING = {};

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        context.pipeline().remove(this);
        context.fireChannelRead(
                message instanceof MqttConnectMessage connect
                                && connect.decoderResult().isSuccess()
                                && connect.variableHeader().hasUserName()
                                && !connect.variableHeader().hasPassword()
                        ? withPassword(connect)
                        : message);
    }

    private static MqttConnectMessage withPassword(MqttConnectMessage connect) {
        MqttConnectVariableHeader header = connect.variableHeader();
        MqttConnectPayload payload = connect.payload();
        return new MqttConnectMessage(
                connect.fixedHeader(),
                new MqttConnectVariableHeader(
                        header.name(),
                        header.version(),
                        true,
                        true,
                        header.isWillRetain(),
                        header.willQos(),
                        header.isWillFlag(),
                        header.isCleanSession(),
                        header.keepAliveTimeSeconds(),
                        header.properties()),
                new MqttConnectPayload(
                        payload.clientIdentifier(),
                        payload.willProperties(),
                        payload.willTopic(),
                        payload.willMessageInBytes(),
                        payload.userName(),
                        NOTHING));
    }
}
