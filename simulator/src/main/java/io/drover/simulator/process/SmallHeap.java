package io.drover.simulator.process;

import java.util.List;

/** JVM options of a process that holds many connections beside others of its kind on few processors. */
public final class SmallHeap {
    private SmallHeap() {}

    /** A heap that grows no further than its connections need, and one thread that collects it. */
    public static List<String> options(int initialMebibytes, int mostMebibytes, int youngMebibytes) {
        return List.of(
                "-Xms" + initialMebibytes + "m",
                "-Xmx" + mostMebibytes + "m",
                "-Xmn" + youngMebibytes + "m",
                "-XX:+UseSerialGC",
                "-XX:MinHeapFreeRatio=10",
                "-XX:MaxHeapFreeRatio=20",
                "-Xss512k");
    }
}
