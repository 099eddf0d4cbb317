#!/usr/bin/env bash
# Builds the committed state twice, in clean clones at different places, zones, languages and umasks, and compares the jars byte by byte.
# Arguments go to Maven: build/reproducible.sh -o   builds offline.
set -euo pipefail

repository="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

build() {
    local clone="$work/$1" zone="$2" language="$3" mask="$4"
    shift 4
    umask "$mask"
    git clone --quiet "$repository" "$clone"
    (cd "$clone" && TZ="$zone" LC_ALL="$language" mvn -B -q -ntp package -DskipTests "$@")
}

(build one UTC C 022 "$@")
(build a-second/place Asia/Tokyo C.UTF-8 077 "$@")

for jar in worker/target/worker.jar simulator/target/simulator.jar; do
    if ! cmp "$work/one/$jar" "$work/a-second/place/$jar"; then
        echo "$jar differs between two builds of $(git -C "$repository" rev-parse --short HEAD)." >&2
        exit 1
    fi
    echo "$(sha256sum < "$work/one/$jar" | cut -c1-64)  $jar"
done
