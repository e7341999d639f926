#!/usr/bin/env bash
# A MySQL server for the tests, on loopback, where root has no password:
#
#   test/support/mysql-server.sh [port]     (3307 unless said otherwise)
#
# Takes the machine's own mysqld, or else unpacks Debian unstable's into a cache folder, with every library it needs down to the
# C library, and starts it with the loader found there: nothing is installed, and MariaDB may stay where it is.
# Ends with 0 when the server answers, 75 when it cannot be had here, 1 when it does not start.
set -euo pipefail

port=${1:-3307}
home=${FAUCET_MYSQL_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/faucet-test-mysql}
unpacked=$home/unpacked
# The socket's path must be short.
scratch=$home/run-$port

unavailable() { echo "mysql-server: $1" >&2; exit 75; }
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

# A package list of our own: the machine's sources, settings and installed packages stay out of it.
apt() { command "$1" -o Dir::Etc::SourceList="$home/apt/sources" -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
  -o Dir::State="$home/apt" -o Dir::State::status="$home/apt/status" -o Dir::Cache="$home/apt" -qq "${@:2}"; }

# The machine's own mirror, so that a proxied one is used where there is one.
mirror() {
  # A list that is not there must not keep awk from the others.
  cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    awk '/^(URIs:|deb )/ { for (i = 2; i <= NF; i++) if ($i ~ /^https?:.*\/debian\/?$/ && !seen) { print $i; seen = 1 } }' || true
}

unpack() {
  for tool in apt-get apt-cache dpkg-deb; do command -v $tool >/dev/null || unavailable "this is no Debian: no $tool"; done
  rm -rf "$home/apt" "$unpacked"
  mkdir -p "$home/apt/lists/partial" "$home/apt/archives/partial" "$unpacked"
  : >"$home/apt/status"
  local source
  source=$(mirror)
  [[ -n $source ]] || unavailable 'no Debian mirror among the package sources of this machine'
  local trust=/usr/share/keyrings/debian-archive-keyring.gpg
  echo "deb $([[ -e $trust ]] && echo "[signed-by=$trust]") $source unstable main" >"$home/apt/sources"
  apt apt-get update || unavailable 'Debian unstable cannot be reached'
  # Nothing counts as installed, so this fetches the C library too.
  apt apt-get install --yes --download-only --no-install-recommends -o Debug::NoLocking=true mysql-server-core ||
    unavailable 'Debian unstable has no mysql-server-core for this machine today'
  for package in "$home"/apt/archives/*.deb; do dpkg-deb --extract "$package" "$unpacked"; done
  rm -rf "$home/apt"
}

answers && { echo "mysql-server: something answers on port $port already"; exit 0; }

own=$(command -v mysqld || true)
if [[ -n $own ]] && ! "$own" --version | grep -qi mariadb; then
  mysqld() { "$own" "$@"; }
  messages=()
else
  binary=$unpacked/usr/sbin/mysqld
  [[ -x $binary ]] || unpack
  [[ -x $binary ]] || unavailable 'the packages hold no mysqld'
  loader=$(find "$unpacked" -name 'ld-linux*.so.*' | sort | head -n 1)
  libraries=$(find "$unpacked" -name "*.so.*" -printf "%h\n" | sort -u | paste -sd :)
  mysqld() { exec "$loader" --library-path "$libraries" "$binary" "$@"; }
  messages=(--lc-messages-dir="$unpacked/usr/share/mysql")
fi

mkdir -p "$scratch"
options=(--no-defaults "${messages[@]}" --datadir="$scratch/data" --port="$port" --bind-address=127.0.0.1
  --socket="$scratch/s" --pid-file="$scratch/pid" --log-error="$scratch/log" --secure-file-priv= --mysqlx=OFF
  --skip-log-bin --innodb-flush-log-at-trx-commit=0)
[[ $(id -u) == 0 ]] && options+=(--user=root)
if [[ ! -d $scratch/data/mysql ]]; then
  rm -rf "$scratch/data"
  (mysqld "${options[@]}" --initialize-insecure) || { tail -n 5 "$scratch/log" >&2; exit 1; }
fi
(mysqld "${options[@]}" >/dev/null 2>&1 </dev/null) &
disown
for _ in $(seq 150); do
  answers && { echo "mysql-server: listens on 127.0.0.1:$port"; exit 0; }
  sleep 0.2
done
tail -n 5 "$scratch/log" >&2
exit 1
