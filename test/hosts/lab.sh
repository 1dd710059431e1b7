#!/usr/bin/env bash
# Boots real Debian hosts, each with its own systemd as PID 1, on one Linux machine.
#
#   lab.sh missing               say what keeps this machine from being a lab; nothing when it can
#   lab.sh image [SUITE]         build the read-only image once (default: bookworm)
#   lab.sh up NUMBER [SUITE]     host hNUMBER at $LAB_NET.(10+NUMBER), and wait until it has booted
#   lab.sh exec HOST CMD...      run a command in it as root, with a clean environment
#   lab.sh kill HOST             power cut: its disk is kept
#   lab.sh start HOST            boot it again
#   lab.sh cut|heal HOST         unplug its network cable, plug it in again
#   lab.sh root HOST             the directory that is its root, for copying files in
#   lab.sh down                  remove every host of this lab; images stay
#
# A host is an overlay on the image, booted by systemd-nspawn in a network namespace and a cgroup made for it beforehand. It outlives
# the shell that started it: call `down` on exit. Two labs run side by side with their own LAB_NAME (five letters at most) and LAB_NET.
set -euo pipefail

NAME=${LAB_NAME:-pflab}
NET=${LAB_NET:-10.78.0}
CACHE=${LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/promfleet-lab}     # must not lie on an overlay
STATE=$CACHE/run/$NAME
PACKAGES=systemd,systemd-sysv,dbus,passwd,procps,iproute2,libcap2-bin,ca-certificates,libstdc++6
RECIPE=1                                                                # raise it when image() changes

die() { echo "lab: $*" >&2; exit 1; }
cgroups() { awk '$3=="cgroup"||$3=="cgroup2"{print $2}' /proc/mounts | sort -u; }
image_of() { echo "$CACHE/image/$1-$RECIPE"; }
need() { [ -d "$STATE/$1" ] || die "no host $1"; }

missing() {
  local tool
  [ "$(id -u)" = 0 ] || { echo "it takes root"; return; }
  for tool in systemd-nspawn:systemd-container mmdebstrap:mmdebstrap ip:iproute2 setpriv:util-linux; do
    command -v "${tool%%:*}" >/dev/null || echo "${tool%%:*} is not installed (package ${tool#*:})"; done
  unshare --mount --net --pid --fork true 2>/dev/null || echo "this machine may not make namespaces"
}

image() {
  local suite=$1 to mirror unit sources
  to=$(image_of "$suite")
  mkdir -p "$CACHE/image"
  exec 8>"$to.lock"; flock 8
  [ ! -e "$to/.complete" ] || { exec 8>&-; return 0; }
  rm -rf "$to"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' | head -n1); mirror=${mirror%/}
  sources=("deb $mirror $suite main")
  mmdebstrap --quiet --variant=minbase --include="$PACKAGES" --aptopt='Acquire::Languages "none"' \
    --aptopt='Acquire::Check-Valid-Until "false"' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$to" "${sources[@]}"
  mkdir -p "$to/var/log/journal"                                        # the journal survives a power cut
  : > "$to/etc/machine-id"
  for unit in systemd-{timesyncd,networkd,resolved}.service getty@tty1.service console-getty.service \
              apt-daily{,-upgrade}.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer; do
    ln -sf /dev/null "$to/etc/systemd/system/$unit"; done
  cat > "$to/usr/sbin/lab-init" <<'INIT'
#!/bin/sh
# nspawn mounts the controllers of cgroup v1 read-only, and then systemd quietly ignores MemoryMax= and the like.
for c in memory pids cpu cpuacct blkio devices; do
  [ ! -d "/sys/fs/cgroup/$c" ] || mount -o remount,bind,rw "/sys/fs/cgroup/$c" 2>/dev/null; done
exec /lib/systemd/systemd "$@"
INIT
  chmod 755 "$to/usr/sbin/lab-init"
  touch "$to/.complete"
  exec 8>&-
}

# The pid, seen from outside, of the host's PID 1; nothing when it is off.
leader() {
  local nspawn child
  nspawn=$(cat "$STATE/$1/nspawn.pid" 2>/dev/null) || return 0
  [ "$(cat "/proc/$nspawn/comm" 2>/dev/null)" = systemd-nspawn ] || return 0
  for child in $(pgrep -P "$nspawn"); do
    [ "$(awk '/^NSpid:/{print $NF}' "/proc/$child/status" 2>/dev/null)" = 1 ] && { echo "$child"; return 0; }
  done
  return 0
}

network() {
  ip link show "$NAME" >/dev/null 2>&1 || { ip link add "$NAME" type bridge; ip addr add "$NET.1/24" dev "$NAME"; }
  ip link set "$NAME" up
  ip route replace blackhole "$NET.0/24" metric 9999                    # without the bridge, nothing for it leaves by the default route
  local key                                                             # every systemd takes some, and all hosts count as one user
  for key in max_user_instances=4096 max_user_watches=524288; do
    [ "$(cat "/proc/sys/fs/inotify/${key%=*}")" -ge "${key#*=}" ] || echo "${key#*=}" > "/proc/sys/fs/inotify/${key%=*}"; done
}

up() {
  local host=h$1 suite=$2 ns=$NAME-h$1 dir=$STATE/h$1
  image "$suite"; network
  if [ ! -d "$dir" ]; then
    mkdir -p "$dir"/{disk/etc,work,root}
    echo "$host" > "$dir/disk/etc/hostname"; echo "$suite" > "$dir/suite"
    tr -d - < /proc/sys/kernel/random/uuid > "$dir/disk/etc/machine-id"
  fi
  if [ ! -e "/run/netns/$ns" ]; then
    ip netns add "$ns"
    ip link add "$ns" type veth peer name eth0 netns "$ns"
    ip link set "$ns" master "$NAME" up
    ip -n "$ns" link set lo up
    ip -n "$ns" addr add "$NET.$((10 + $1))/24" dev eth0
    ip -n "$ns" link set eth0 up
  fi
  start "$host"
}

start() {
  local host=$1 dir=$STATE/$1 group file
  need "$host"
  [ -z "$(leader "$host")" ] || return 0
  mountpoint -q "$dir/root" || mount -t overlay "$NAME-$host" \
    -o "lowerdir=$(image_of "$(cat "$dir/suite")"),upperdir=$dir/disk,workdir=$dir/work" "$dir/root"
  for group in $(cgroups); do                                           # all hosts in one cgroup would be one host to systemd
    mkdir -p "$group/$NAME/$host"
    case $group in */cpuset) for file in cpuset.cpus cpuset.mems; do    # v1: empty until filled
      cat "$group/$file" > "$group/$NAME/$file"; cat "$group/$file" > "$group/$NAME/$host/$file"; done;; esac
    [ ! -e "$group/cgroup.controllers" ] || for file in "$group" "$group/$NAME"; do
      for key in $(cat "$file/cgroup.controllers"); do echo "+$key" > "$file/cgroup.subtree_control" 2>/dev/null || true; done; done
  done
  setsid "$0" _run "$host" </dev/null >>"$dir/console.log" 2>&1 &
  booted "$host"
}

run() {                                                                 # nspawn ends with 133 when the host wants to reboot
  local host=$1 dir=$STATE/$1 code=133 group
  while [ $code = 133 ]; do
    ( for group in $(cgroups); do echo 0 > "$group/$NAME/$host/cgroup.procs"; done
      # Never --console=pipe: with stdin from /dev/null the host then changes the mode of the outer /dev/null.
      exec systemd-nspawn --quiet --register=no --keep-unit --directory="$dir/root" --machine="$NAME-$host" --hostname="$host" \
        --resolv-conf=off --link-journal=no --network-namespace-path="/run/netns/$NAME-$host" \
        --capability=CAP_NET_ADMIN,CAP_NET_RAW --console=passive --kill-signal=SIGRTMIN+3 /usr/sbin/lab-init ) &
    echo $! > "$dir/nspawn.pid"
    code=0; wait $! || code=$?
  done
}

booted() {
  local pid state try
  for try in $(seq 600); do
    pid=$(leader "$1")
    state=$([ -z "$pid" ] || nsenter -t "$pid" -a systemctl is-system-running 2>/dev/null) || true
    case $state in running|degraded) return 0;; esac
    sleep 0.1
  done
  die "$1 did not boot within $((try / 10)) s; see $STATE/$1/console.log"
}

execute() {
  local pid host=$1; shift
  need "$host"; pid=$(leader "$host"); [ -n "$pid" ] || die "$host is off"
  # nsenter keeps our capabilities: without the drop a clock or a module set inside would be set outside
  exec nsenter -t "$pid" -a setpriv \
    --bounding-set=-sys_time,-sys_module,-sys_rawio,-syslog,-mac_admin,-mac_override,-bpf,-perfmon,-wake_alarm,-block_suspend \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root LANG=C.UTF-8 "$@"
}

power_cut() {
  local pid nspawn try
  need "$1"; nspawn=$(cat "$STATE/$1/nspawn.pid" 2>/dev/null || true); pid=$(leader "$1")
  [ -z "$pid" ] || kill -KILL "$pid"
  for try in $(seq 200); do
    [ -n "$nspawn" ] && [ "$(cat "/proc/$nspawn/comm" 2>/dev/null)" = systemd-nspawn ] || break
    [ "$try" -lt 199 ] || kill -KILL "$nspawn"
    sleep 0.05
  done
  rm -f "$STATE/$1/nspawn.pid"
}

down() {
  local host group
  for host in $(ls "$STATE" 2>/dev/null); do
    power_cut "$host"; umount "$STATE/$host/root" 2>/dev/null || true
    ip netns del "$NAME-$host" 2>/dev/null || true; ip link del "$NAME-$host" 2>/dev/null || true
    rmdir "/run/systemd/nspawn/propagate/$NAME-$host" 2>/dev/null || true
    rm -rf "${STATE:?}/$host"
  done
  for group in $(cgroups); do [ ! -d "$group/$NAME" ] || find "$group/$NAME" -depth -type d -exec rmdir {} + 2>/dev/null || true; done
  ip link del "$NAME" 2>/dev/null || true; ip route del blackhole "$NET.0/24" metric 9999 2>/dev/null || true
}

case ${1:-} in
  missing) missing;;
  image)   image "${2:-bookworm}";;
  up)      up "$2" "${3:-bookworm}";;
  exec)    shift; execute "$@";;
  kill)    power_cut "$2";;
  start)   start "$2";;
  cut)     ip link set "$NAME-$2" down;;
  heal)    ip link set "$NAME-$2" up;;
  root)    need "$2"; echo "$STATE/$2/root";;
  down)    down;;
  _run)    run "$2";;
  *)       sed -n '3,16p' "$0"; exit 2;;
esac
