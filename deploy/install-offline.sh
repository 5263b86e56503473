#!/usr/bin/env bash
# On a machine without network: checks the wheelhouse, installs from it alone.
set -euo pipefail
wheels="$(cd "${1:?usage: deploy/install-offline.sh WHEELHOUSE TARGET}" && pwd)"
target="${2:?usage: deploy/install-offline.sh WHEELHOUSE TARGET}"
(cd "$wheels" && sha256sum --quiet --check SHA256SUMS)
"${PYTHON:-python3}" -m venv "$target"
"$target/bin/pip" install --no-index --find-links "$wheels" --require-hashes -r "$wheels/postgres.txt"
"$target/bin/pip" install --no-index --no-deps "$wheels"/zhengheng-*.whl
"$target/bin/zhengheng" --help >/dev/null
echo "installed: $target/bin/zhengheng"
