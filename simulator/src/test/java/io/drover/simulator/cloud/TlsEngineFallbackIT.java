package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the native TLS library cannot be used, both programs run on the JDK's engine and say so. Each case is a process of its own. */
@Timeout(90)
class TlsEngineFallbackIT {
    private static final String EXCLUDED = "-Dio.netty.handler.ssl.noOpenSsl=true";

    @TempDir
    Path directory;

    @Test
    void aCloudWithoutTheNativeLibraryServesTlsWithTheJdkAndSaysSo() throws Exception {
        // Given: the library is on the class path, but nowhere to unpack it to
        Path noDirectory = Files.createFile(directory.resolve("a-file"));

        // When
        String log = startedCloudLog("-Dio.netty.native.workdir=" + noDirectory);

        // Then
        assertThat(log)
                .contains("TLS engine: JDK", "the native one cannot be used: Failed to load")
                .doesNotContain("Exception", "\tat ");
    }

    @Test
    void aCloudToldNotToUseTheNativeLibraryServesTlsWithTheJdkAndSaysSo() throws Exception {
        assertThat(startedCloudLog(EXCLUDED)).contains("TLS engine: JDK", "noOpenSsl=true");
    }

    @Test
    void aCloudWithTheNativeLibraryNamesItWhenAskedToLogMore() throws Exception {
        assertThat(startedCloudLog("-Ddrover.log.level=INFO")).contains("TLS engine: BoringSSL (native)");
    }

    @Test
    void theFleetsClientSignsInWithoutTheNativeLibrary() throws Exception {
        // When: the fleet's client and the cloud's listener meet in one process
        Process bench = CloudProcess.simulator(
                directory, EXCLUDED, "bench", "tls", "--rounds=1", "--seconds=1", "--warm-up=0", "--lanes=2");
        String output = new String(bench.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        // Then
        assertThat(bench.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(bench.exitValue()).as(output).isZero();
        assertThat(output).contains("openssl  cannot be used").containsPattern("1 +jdk +[1-9][0-9]* +0 ");
    }

    /** Starts a cloud in a process with this JVM option, does one TLS handshake with each listener, ends it and returns its log. */
    private String startedCloudLog(String jvmOption) throws Exception {
        CloudProcess cloud = CloudProcess.start(directory, jvmOption);
        try {
            for (String port : List.of("httpsPort", "mqttPort")) {
                try (SSLSocket socket = (SSLSocket) ConnectToSslContext.of(cloud.authority(), cloud.port(port))
                        .getSocketFactory()
                        .createSocket("a-hub.azure-devices.test", 8883)) {
                    socket.startHandshake();
                    assertThat(socket.getSession().getProtocol()).startsWith("TLSv1.");
                }
            }
        } catch (Exception | AssertionError failure) {
            cloud.stop();
            throw failure;
        }
        return cloud.stop();
    }
}
