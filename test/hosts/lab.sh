#!/usr/bin/env bash
# Boots real Debian hosts, each with its own init as PID 1, disk, journal and address, on one Linux machine.
#
#   lab.sh missing                   say what keeps this machine from being a lab; nothing when it can
#   lab.sh image SUITE...            build the read-only images once: bookworm, trixie; bookworm-sysv is a Debian without systemd
#   lab.sh up COUNT [SUITE [MIB]]    hosts h1..hCOUNT at $LAB_NET.(10+N), booted side by side; running ones are left alone
#   lab.sh new HOST [SUITE [MIB]]    one more, powered off
#   lab.sh start HOST...             boot them, side by side, with their cables in
#   lab.sh exec HOST CMD...          run a command in it as root, with a clean environment
#   lab.sh kill HOST                 power cut: what was not synced is lost
#   lab.sh reboot HOST               Ctrl-Alt-Del, and wait until it is up again; a reboot from inside works, too
#   lab.sh wait HOST                 wait until it is up
#   lab.sh cut|heal HOST             unplug its network cable, plug it in again
#   lab.sh fill HOST [BYTES]         leave that much room on its disk (default: none); `fill` again to change it
#   lab.sh free HOST                 give the room back
#   lab.sh wipe HOST                 power cut, and a new machine on a new disk, powered off
#   lab.sh copy HOST FROM            its disk becomes a copy of that of FROM; both are powered off
#   lab.sh root HOST                 the directory that is its root, for copying files in
#   lab.sh down                      remove every host of this lab; images stay
#
# A host is booted by systemd-nspawn in a network namespace and a cgroup made for it beforehand. Its root is an overlay: below the shared
# image, above a file system of its own in a sparse file. It outlives the shell that started it: call `down` on exit. It reaches this
# machine at $LAB_NET.1 and its neighbours, and nothing else. Labs run side by side with their own LAB_NAME (five letters at most) and LAB_NET.
set -euo pipefail

NAME=${LAB_NAME:-pflab}
NET=${LAB_NET:-10.78.0}
CACHE=${LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/promfleet-lab}
STATE=$CACHE/run/$NAME
PACKAGES=dash,dbus,passwd,procps,iproute2,libcap2-bin,ca-certificates,curl,sudo,libstdc++6
declare -A INIT=([systemd]='systemd,systemd-sysv' [sysv]='sysvinit-core,sysv-rc,orphan-sysvinit-scripts')
RECIPE=2                                                                # raise it when image() changes
DISK_MIB=4096

die() { echo "lab: $*" >&2; exit 1; }
cgroups() { awk '$3=="cgroup"||$3=="cgroup2"{print $2}' /proc/mounts | sort -u; }
image_of() { echo "$CACHE/image/$1-$RECIPE"; }
need() { [ -d "$STATE/$1" ] || die "no host $1"; }

missing() {
  local tool
  [ "$(id -u)" = 0 ] || { echo "it takes root"; return; }
  for tool in systemd-nspawn:systemd-container mmdebstrap:mmdebstrap ip:iproute2 setpriv:util-linux losetup:mount mkfs.ext4:e2fsprogs perl:perl-base; do
    command -v "${tool%%:*}" >/dev/null || echo "${tool%%:*} is not installed (package ${tool#*:})"; done
  unshare --mount --net --pid --fork true 2>/dev/null || echo "this machine may not make namespaces"
  [ -e /dev/loop-control ] || echo "this machine has no loop devices"
}

image() {
  local suite=${1%%-*} init=systemd to mirror unit
  to=$(image_of "$1")
  [ "$suite" = "$1" ] || init=${1#*-}
  [ -n "${INIT[$init]:-}" ] || die "no image $1: it is SUITE or SUITE-sysv"
  mkdir -p "$CACHE/image"
  exec 8>"$to.lock"; flock 8
  [ ! -e "$to/.complete" ] || { exec 8>&-; return 0; }
  rm -rf "$to"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' | head -n1); mirror=${mirror%/}
  mmdebstrap --quiet --variant=minbase --include="${INIT[$init]},$PACKAGES" --aptopt='Acquire::Languages "none"' \
    --aptopt='Acquire::Check-Valid-Until "false"' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$to" "deb $mirror $suite main"
  rm -rf "$to"/var/lib/apt/lists/* "$to"/var/cache/apt/*.bin
  mkdir -p "$to/var/log/journal"                                        # the journal survives a power cut
  : > "$to/etc/machine-id"
  [ ! -e "$to/etc/inittab" ] || {                                       # no consoles here; the last line says that the boot is over
    sed -i -e /getty/d -e 's/shutdown -t1 -a/shutdown -t1/' "$to/etc/inittab"; echo 'lb:2345:once:/bin/touch /run/lab-booted' >> "$to/etc/inittab"; }
  for unit in systemd-{timesyncd,networkd,resolved}.service getty@tty1.service console-getty.service \
              apt-daily{,-upgrade}.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer; do
    [ ! -d "$to/etc/systemd/system" ] || ln -sf /dev/null "$to/etc/systemd/system/$unit"; done
  cat > "$to/usr/sbin/lab-init" <<'INIT'
#!/bin/sh
# nspawn mounts the controllers of cgroup v1 read-only, and then systemd quietly ignores MemoryMax= and the like.
for c in memory pids cpu cpuacct blkio devices; do
  [ ! -d "/sys/fs/cgroup/$c" ] || mount -o remount,bind,rw "/sys/fs/cgroup/$c" 2>/dev/null; done
exec /sbin/init "$@"
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
  local key                                                             # every systemd takes some, and all hosts count as one user
  ip link show "$NAME" >/dev/null 2>&1 || { ip link add "$NAME" type bridge; ip addr add "$NET.1/24" dev "$NAME"; }
  ip link set "$NAME" up
  ip route replace blackhole "$NET.0/24" metric 9999                    # without the bridge, nothing for it leaves by the default route
  for key in max_user_instances=4096 max_user_watches=524288; do
    [ "$(cat "/proc/sys/fs/inotify/${key%=*}")" -ge "${key#*=}" ] || echo "${key#*=}" > "/proc/sys/fs/inotify/${key%=*}"; done
}

plug_in() {
  local ns=$NAME-$1
  [ ! -e "/run/netns/$ns" ] || return 0
  ip netns add "$ns"
  ip link add "$ns" type veth peer name eth0 netns "$ns"
  ip link set "$ns" master "$NAME" up
  ip -n "$ns" link set lo up
  ip -n "$ns" addr add "$NET.$((10 + ${1#h}))/24" dev eth0
  ip -n "$ns" link set eth0 up
}

new() {
  local host=$1 suite=$2 dir=$STATE/$1 n
  [[ $host =~ ^h[1-9][0-9]*$ ]] || die "a host is h1, h2, …, not $host"
  [ ! -d "$dir" ] || die "there is a host $host already"
  image "$suite"; network
  mkdir -p "$dir"/{disk,root}; echo "$suite" > "$dir/suite"; echo "$3" > "$dir/mib"
  truncate -s "$3M" "$dir/disk.img"
  mkfs.ext4 -q -F -m 0 -J size=16 -E nodiscard,lazy_itable_init=1,root_owner=0:0 "$dir/disk.img"
  attach "$host"
  echo "$host" > "$dir/root/etc/hostname"
  tr -d - < /proc/sys/kernel/random/uuid > "$dir/root/etc/machine-id"
  { echo "127.0.0.1 localhost"; echo "$NET.1 outer"; for n in $(seq 40); do echo "$NET.$((10 + n)) h$n"; done; } > "$dir/root/etc/hosts"
  sync -f "$dir/disk"
}

# No auto_da_alloc: by itself ext4 would sync what a rename replaces, and forgive a program that does not. Other file systems forgive nothing.
attach() {
  local dir=$STATE/$1
  # Shared: each host has a copy of all mounts of this machine somewhere below its root, and would hold its neighbours' disks
  mountpoint -q "$STATE" || { mount --bind "$STATE" "$STATE"; mount --make-private "$STATE"; mount --make-shared "$STATE"; }
  mountpoint -q "$dir/disk" || mount -o loop,noauto_da_alloc,noinit_itable "$dir/disk.img" "$dir/disk"
  mkdir -p "$dir"/disk/{upper,work}
  mountpoint -q "$dir/root" || mount -t overlay "$NAME-$1" \
    -o "lowerdir=$(image_of "$(cat "$dir/suite")"),upperdir=$dir/disk/upper,workdir=$dir/disk/work" "$dir/root"
}

detach() {
  local dir=$STATE/$1 at
  for at in root disk; do ! mountpoint -q "$dir/$at" || umount "$dir/$at"; done
  until_true 200 no_loop "$dir/disk.img" || die "$1's disk is still in use"
}
no_loop() { [ -z "$(losetup -j "$1")" ]; }
until_true() { local left=$1; shift; until "$@"; do [ $((left -= 1)) -gt 0 ] || return 1; sleep 0.05; done; }

start() {
  local host=$1 dir=$STATE/$1 group file key
  need "$host"
  [ -z "$(leader "$host")" ] || return 0
  rm -f "$dir/off"
  attach "$host"; network; plug_in "$host"
  for group in $(cgroups); do                                           # all hosts in one cgroup would be one host to systemd
    mkdir -p "$group/$NAME/$host"
    case $group in */cpuset) for file in cpuset.cpus cpuset.mems; do    # v1: empty until filled
      cat "$group/$file" > "$group/$NAME/$file"; cat "$group/$file" > "$group/$NAME/$host/$file"; done;; esac
    [ ! -e "$group/cgroup.controllers" ] || for file in "$group" "$group/$NAME"; do
      for key in $(cat "$file/cgroup.controllers"); do echo "+$key" > "$file/cgroup.subtree_control" 2>/dev/null || true; done; done
  done
  setsid "$0" _run "$host" </dev/null >>"$dir/console.log" 2>&1 &
  echo $! > "$dir/runner.pid"
}

run() {                                                                 # nspawn ends with 133 when the host wants to reboot
  local host=$1 dir=$STATE/$1 code=133 group
  while [ $code = 133 ] && [ ! -e "$dir/off" ]; do
    ( for group in $(cgroups); do echo 0 > "$group/$NAME/$host/cgroup.procs"; done
      # Never --console=pipe: with stdin from /dev/null the host then changes the mode of the outer /dev/null.
      exec systemd-nspawn --quiet --register=no --keep-unit --directory="$dir/root" --machine="$NAME-$host" --hostname="$host" \
        --resolv-conf=off --link-journal=no --network-namespace-path="/run/netns/$NAME-$host" \
        --capability=CAP_NET_ADMIN,CAP_NET_RAW --console=passive --kill-signal=SIGRTMIN+3 /usr/sbin/lab-init ) &
    echo $! > "$dir/nspawn.pid"
    code=0; wait $! || code=$?
  done
}

is_up() {
  local pid; pid=$(leader "$1")
  [ -n "$pid" ] && [ "$pid" != "$2" ] || return 1
  if [ -e "$STATE/$1/root/usr/bin/systemctl" ]; then
    case $(nsenter -t "$pid" -a systemctl is-system-running --wait 2>/dev/null) in running|degraded) return 0;; esac
  else nsenter -t "$pid" -a test -e /run/lab-booted 2>/dev/null; return; fi
  return 1
}
booted() { until_true 600 is_up "$1" "${2:-}" || die "$1 did not boot within 60 s; see $STATE/$1/console.log"; }

execute() {
  local pid host=$1; shift
  need "$host"; pid=$(leader "$host"); [ -n "$pid" ] || die "$host is off"
  # nsenter keeps our capabilities: without the drop a clock or a module set inside would be set outside
  exec nsenter -t "$pid" -a setpriv \
    --bounding-set=-sys_time,-sys_module,-sys_rawio,-syslog,-mac_admin,-mac_override,-bpf,-perfmon,-wake_alarm,-block_suspend \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root LANG=C.UTF-8 "$@"
}

# The instant of a power cut: from here on nothing reaches the file behind the disk, neither data nor journal (EXT4_IOC_SHUTDOWN without a
# log flush). The program looks at what it has opened, so that it can never be the disk of anything but a lab host: block major 7 is loop.
# What this can't show: a disk that acknowledges a flush and keeps the data in a volatile cache, or that writes out of order before one;
# everything that the kernel has handed over counts as written, in the order of its handing over.
DEAD='open(my $f, "<", $ARGV[0]) or die "$ARGV[0]: $!"; my $major = ((stat $f)[0] >> 8) & 0xfff; die "$ARGV[0] is no loop device" if $major != 7;
  my $how = pack("L", 2); ioctl($f, 0x8004587D, $how) or die "shutdown: $!"'
shut_down() {
  local dir=$STATE/$1
  mountpoint -q "$dir/disk" || return 0
  [ "$(losetup -nO BACK-FILE "$(findmnt -nro SOURCE --mountpoint "$dir/disk")" | xargs)" = "$dir/disk.img" ] || die "$dir/disk is no disk of this lab"
  perl -e "$DEAD" "$dir/disk"
}

# Peers get no farewell: the cable goes first, and what the kernel still would say for the dead goes with its network.
cut_off() {
  local dir=$STATE/$1 pid
  need "$1"; touch "$dir/off"
  ip link set "$NAME-$1" down 2>/dev/null || true
  shut_down "$1"
  pid=$(leader "$1"); [ -z "$pid" ] || kill -KILL "$pid"
  until_true 200 has_ended "$1" || { kill -KILL "$(cat "$dir/nspawn.pid")"; until_true 100 has_ended "$1" || die "$1 does not die"; }
  rm -f "$dir/nspawn.pid" "$dir/runner.pid"
  ip netns del "$NAME-$1" 2>/dev/null || true; ip link del "$NAME-$1" 2>/dev/null || true
}
has_ended() { local pid; pid=$(cat "$STATE/$1/runner.pid" 2>/dev/null) || return 0; ! grep -qs "$1" "/proc/$pid/cmdline"; }

power_cut() {
  local dir=$STATE/$1
  cut_off "$1"
  cp --sparse=always "$dir/disk.img" "$dir/disk.cut"                    # before the unmount, which so can't add to it
  detach "$1"
  mv "$dir/disk.cut" "$dir/disk.img"
}

copy() {
  local host
  for host in "$1" "$2"; do need "$host"; ! mountpoint -q "$STATE/$host/disk" || die "$host is on"; done
  cp --sparse=always "$STATE/$2/disk.img" "$STATE/$1/disk.img"
}

reboot() {
  local before; need "$1"; before=$(leader "$1"); [ -n "$before" ] || die "$1 is off"
  kill -INT "$before"; booted "$1" "$before"
}

fill() {
  local disk=$STATE/$1/disk room
  need "$1"; rm -f "$disk/ballast"; sync -f "$disk"
  room=$(stat -f -c '%a * %S' "$disk"); room=$((room - $2))
  [ "$room" -le 0 ] || fallocate -l "$room" "$disk/ballast" 2>/dev/null || true     # what it takes for itself may be missing at the end
}

remove() {
  cut_off "$1"; detach "$1"
  rmdir "/run/systemd/nspawn/propagate/$NAME-$1" 2>/dev/null || true
  rm -rf "${STATE:?}/$1"
}

wipe() {
  local suite mib; need "$1"; suite=$(cat "$STATE/$1/suite"); mib=$(cat "$STATE/$1/mib")
  remove "$1"; new "$1" "$suite" "$mib"
}

up() {
  local n
  for n in $(seq "$1"); do [ -d "$STATE/h$n" ] || new "h$n" "$2" "$3"; start "h$n"; done
  for n in $(seq "$1"); do booted "h$n"; done
}

down() {
  local host group
  for host in "$STATE"/h*; do [ ! -d "$host" ] || cut_off "${host##*/}"; done
  for host in "$STATE"/h*; do [ ! -d "$host" ] || remove "${host##*/}"; done
  for group in $(cgroups); do [ ! -d "$group/$NAME" ] || find "$group/$NAME" -depth -type d -exec rmdir {} + 2>/dev/null || true; done
  ip link del "$NAME" 2>/dev/null || true; ip route del blackhole "$NET.0/24" metric 9999 2>/dev/null || true
  ! mountpoint -q "$STATE" || umount "$STATE"
  rmdir "$STATE" 2>/dev/null || true
}

verb=${1:-}; shift || true
case $verb in
  missing) missing;;
  image)   for suite in "$@"; do image "$suite"; done;;
  up)      up "$1" "${2:-bookworm}" "${3:-$DISK_MIB}";;
  new)     new "$1" "${2:-bookworm}" "${3:-$DISK_MIB}";;
  start)   network; for host in "$@"; do start "$host"; done; for host in "$@"; do booted "$host"; done;;
  exec)    execute "$@";;
  kill)    power_cut "$1";;
  reboot)  reboot "$1";;
  wait)    need "$1"; booted "$1";;
  cut)     need "$1"; ip link set "$NAME-$1" down;;
  heal)    need "$1"; ip link set "$NAME-$1" up;;
  fill)    fill "$1" "${2:-0}";;
  free)    need "$1"; rm -f "$STATE/$1/disk/ballast";;
  wipe)    wipe "$1";;
  copy)    copy "$1" "$2";;
  root)    need "$1"; echo "$STATE/$1/root";;
  down)    down;;
  _run)    run "$1";;
  *)       sed -n '3,21p' "$0"; exit 2;;
esac
