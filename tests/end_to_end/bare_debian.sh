#!/usr/bin/env bash
# Run a command in a fresh minimal Debian that has Python, make, git and nothing else: no pip, no venv.
#
#   tests/end_to_end/bare_debian.sh [--user] [COMMAND...]      default: make demo
#
# The tree is cloned with its uncommitted changes. --user runs the command as an ordinary user without package lists.
# Needs root (it mounts and changes root) and mmdebstrap. BARE_DEBIAN_SUITE names another release, BARE_DEBIAN_ROOT a
# folder in which to keep the made system for the next time.
set -euo pipefail

readonly SUITE=${BARE_DEBIAN_SUITE:-bookworm}
readonly CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt

say() { printf 'bare-debian: %s\n' "$*"; }
fail() { printf 'bare-debian: %s\n' "$*" >&2; exit 2; }

user=root
again=("$0")
if [ "${1:-}" = --user ]; then
    user=visitor
    again+=(--user)
    shift
fi
[ $# -gt 0 ] || set -- make demo

[ "$(id -u)" = 0 ] || fail "needs root, to mount and to change root: sudo make bare-debian"
command -v mmdebstrap >/dev/null || fail "needs mmdebstrap: apt-get install mmdebstrap"

# The mounts live in a mount namespace of our own, the processes in a process namespace: whatever happens, both end with us.
if [ -z "${BARE_DEBIAN_INSIDE:-}" ]; then
    work=$(mktemp -d -t yz-bare-debian-XXXXXX)
    trap 'rm -rf --one-file-system "$work"' EXIT
    system=${BARE_DEBIAN_ROOT:-$work/root}
    if [ ! -e "$system/etc/debian_version" ]; then
        say "making a minimal Debian ($SUITE)"
        mmdebstrap --quiet --variant=minbase --include=python3,make,git,ca-certificates "$SUITE" "$system"
    fi
    status=0
    BARE_DEBIAN_INSIDE=$system unshare --mount --propagation private --pid --fork --kill-child \
        -- "${again[@]}" "$@" || status=$?
    exit "$status"
fi

system=$BARE_DEBIAN_INSIDE
source=$(cd "$(dirname "$0")/../.." && pwd)
mount -t proc proc "$system/proc"
mount --rbind /dev "$system/dev"
mount -t tmpfs -o mode=1777 tmpfs "$system/tmp"
cat /etc/resolv.conf >"$system/etc/resolv.conf"
# The engine of this machine, if it has one: containers are children of the engine, not of whoever asks for them.
if [ -S /var/run/docker.sock ]; then
    touch "$system/run/docker.sock"
    mount --bind /var/run/docker.sock "$system/run/docker.sock"
fi
# A machine behind a private certificate authority says so by SSL_CERT_FILE.
[ -z "${SSL_CERT_FILE:-}" ] || cat "$SSL_CERT_FILE" >"$system$CA_BUNDLE"

home=/root
if [ "$user" != root ]; then
    home=/home/$user
    chroot "$system" useradd --create-home "$user" 2>/dev/null || [ -d "$system$home" ]
fi
rm -rf "$system$home/yz-index"
git -c safe.directory="$source/.git" clone --quiet --no-local "$source" "$system$home/yz-index"
# What git tracks or would track, as it is on the disk now.
git -C "$source" ls-files -z --cached --others --exclude-standard --deduplicate |
    (cd "$source" && while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done) |
    tar -C "$source" --null --files-from - -cf - | tar -C "$system$home/yz-index" --no-same-owner -xf -
chroot "$system" chown -R "$user:" "$home/yz-index"

# The index and the proxy that this machine is configured for, and nothing else of its environment.
kept=()
for name in PIP_INDEX_URL UV_DEFAULT_INDEX HTTPS_PROXY https_proxy HTTP_PROXY http_proxy NO_PROXY no_proxy SEED; do
    [ -z "${!name:-}" ] || kept+=("$name=${!name}")
done
say "as $user: $*"
cd "$system"
chroot "$system" setpriv --reuid="$user" --regid="$user" --init-groups -- env -i "${kept[@]}" \
    HOME="$home" USER="$user" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    sh -c "cd '$home/yz-index' && exec \"\$@\"" sh "$@" </dev/null
