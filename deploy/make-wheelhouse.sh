#!/usr/bin/env bash
# On a machine with network and the same system and Python as the target: every wheel of the lock
# (PostgreSQL's driver among them), and Zhengheng's own.
set -euo pipefail
cd "$(dirname "$0")/.."
out="${1:?usage: deploy/make-wheelhouse.sh FOLDER}"
make .venv/.assets
mkdir -p "$out"
.venv/bin/python -m pip download --require-hashes -r requirements/postgres.txt --dest "$out"
.venv/bin/python -m pip wheel --no-deps --wheel-dir "$out" .
cp requirements/postgres.txt "$out/postgres.txt"
(cd "$out" && sha256sum ./* > SHA256SUMS)
echo "wheelhouse: $out"
