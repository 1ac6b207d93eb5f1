#!/usr/bin/env bash
# Installs what only the tests need: the programs of a PostgreSQL server, Chromium, in which they sit at the desk, and
# shellcheck, which reads the scripts. The tests start a server of their own in a temporary folder
# (benchmarks/servers/postgresql.py). Debian's package would also make a cluster and run it as a service; it is told not
# to. Exit codes as those of setup.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
. scripts/system-packages.sh

missing_packages() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || echo postgresql
    command -v chromium-headless-shell >/dev/null || echo chromium-headless-shell
    command -v shellcheck >/dev/null || echo shellcheck
}

NO_CLUSTER=/etc/postgresql-common/createcluster.d/hotich-tests.conf

mapfile -t missing < <(missing_packages)
[ ${#missing[@]} -gt 0 ] || exit 0
if root=$(as_root); then
    $root mkdir -p "${NO_CLUSTER%/*}"
    echo 'create_main_cluster = false' | $root tee "$NO_CLUSTER" >/dev/null
    trap '$root rm -f "$NO_CLUSTER"' EXIT
fi
install_system_packages "${missing[@]}"
mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -gt 0 ]; then
    say "Đã cài mà vẫn không thấy: ${missing[*]}."
    exit $CANNOT
fi
