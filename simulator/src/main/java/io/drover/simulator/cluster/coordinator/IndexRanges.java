package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.cluster.ClusterException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Divides device indexes among members by their weights, none beyond what it can have: ranges without a gap, in the members' order. */
final class IndexRanges {
    /** What a member states of itself. */
    record Capacity(int weight, int most) {}

    /** Devices {@code from} up to, but without, {@code to}. */
    record Range(int from, int to) {
        int size() {
            return to - from;
        }

        @Override
        public String toString() {
            return size() == 0 ? "no devices" : "devices " + from + " to " + (to - 1);
        }
    }

    private IndexRanges() {}

    /**
     * The ranges, one for each member; each has a device at least.
     *
     * @throws ClusterException when there are fewer devices than members, or more than they can have
     */
    static List<Range> of(int devices, List<Capacity> members) throws ClusterException {
        long most = members.stream().mapToLong(Capacity::most).sum();
        if (devices > most) {
            throw new ClusterException(devices + " devices are more than the " + members.size()
                    + " members can have, which is " + most
                    + "; add members, or let them have more files or processes (ulimit -Hn, --processes)");
        }
        if (devices < members.size()) {
            throw new ClusterException(
                    devices + " devices are fewer than the " + members.size() + " members; give fewer --members");
        }
        int[] sizes = new int[members.size()];
        java.util.Arrays.fill(sizes, 1);
        share(devices - sizes.length, members, sizes);
        List<Range> ranges = new ArrayList<>();
        int from = 0;
        for (int size : sizes) {
            ranges.add(new Range(from, from + size));
            from += size;
        }
        return List.copyOf(ranges);
    }

    /** By weight among those that have room, again and again until nothing is left; what is too little to share goes to the first. */
    private static void share(int devices, List<Capacity> members, int[] sizes) {
        int left = devices;
        while (left > 0) {
            List<Integer> open = IntStream.range(0, sizes.length)
                    .filter(index -> sizes[index] < members.get(index).most())
                    .boxed()
                    .toList();
            long weights = open.stream()
                    .mapToLong(index -> members.get(index).weight())
                    .sum();
            int before = left;
            for (int index : open) {
                long share = (long) before * members.get(index).weight() / weights;
                int given =
                        (int) Math.min(Math.min(share, left), members.get(index).most() - sizes[index]);
                sizes[index] += given;
                left -= given;
            }
            if (left == before) {
                for (int index : open) {
                    if (left > 0) {
                        sizes[index]++;
                        left--;
                    }
                }
            }
        }
    }
}
