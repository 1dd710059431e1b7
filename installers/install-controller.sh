#!/bin/sh
# install-controller.sh: brings the promfleet controller up as a service on this Debian server, or upgrades it.
# Run as root from a clone that was built ("npm ci && npm run build") or from an unpacked npm package. --help says the rest.
set -eu

OPT=/opt/promfleet/controller
ETC=/etc/promfleet
CONFIG=$ETC/controller.yaml
STATE=/var/lib/promfleet
BACKUPS=/var/backups/promfleet
SOCKET=/run/promfleet/control.sock
BIN=/usr/local/bin/promfleet
UNITS=/etc/systemd/system
SERVICE=promfleet-controller.service
TIMER=promfleet-backup.timer
ALL_UNITS="$SERVICE promfleet-backup.service $TIMER"
MARK='# Written by install-controller.sh'

usage() {
  cat <<'USAGE'
install-controller.sh: the promfleet controller as a service on this Debian server (12 or newer, systemd)

  install-controller.sh [--name NAME]... [--api-port N] [--session-port N] [--enrolment-port N] [--page-port N]
      installs it, or upgrades it: state is backed up before, and a version that does not come up is taken back
      --name   a name or address that hosts and operators reach it by, as often as there are some
  install-controller.sh --uninstall [--purge]
      removes the program and its units; --purge also its configuration, database, keys and backups, and its user
  --dry-run    says what would be done, and changes nothing

It writes   /opt/promfleet/controller, /usr/local/bin/promfleet, /etc/promfleet/controller.yaml (once: it is yours then),
            /etc/systemd/system/promfleet-{controller,backup}.*, /var/lib/promfleet, /var/backups/promfleet,
            the user and group promfleet
It does not touch firewalls, apt, the network's configuration or any other service, and it downloads nothing.
USAGE
}

say() { printf '%s\n' "$*"; }
die() {
  printf 'install-controller: %s\n' "$1" >&2
  [ -z "${2:-}" ] || printf '    %s\n' "$2" >&2
  exit 1
}

# What is done, and in a dry run only told: act WHAT COMMAND...
act() {
  what=$1
  shift
  if [ "$dry" = yes ]; then say "would $what"; else "$@"; fi
}

parse() {
  verb=install dry=no purge=no names='' settings=''
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) usage; exit 0 ;;
      --dry-run) dry=yes ;;
      --uninstall) verb=uninstall ;;
      --purge) purge=yes ;;
      --name=* | --api-port=* | --session-port=* | --enrolment-port=* | --page-port=*) setting "${1%%=*}" "${1#*=}" ;;
      --name | --api-port | --session-port | --enrolment-port | --page-port)
        [ $# -gt 1 ] || die "$1 needs a value" 'install-controller.sh --help'
        setting "$1" "$2"
        shift ;;
      *) die "$1 is not understood" 'install-controller.sh --help' ;;
    esac
    shift
  done
  names_typed=$names
  [ -n "$names" ] || names="\"$(hostname -f 2>/dev/null || hostname)\""
  [ "$purge" = no ] || [ "$verb" = uninstall ] || die '--purge goes with --uninstall only'
}

setting() {
  case $1 in
    --name)
      case $2 in '' | *[!A-Za-z0-9.:-]*) die "--name $2 is no name and no address" ;; esac
      names="$names${names:+, }\"$2\"" ;;
    *)
      case $2 in '' | *[!0-9]*) die "$1 $2 is no port" ;; esac
      if [ "$2" -lt 1 ] || [ "$2" -gt 65535 ]; then die "$1 $2 is no port: 1 to 65535 are"; fi
      key=$(printf %s "${1#--}" | tr - _)
      settings="$settings$key: $2
" ;;
  esac
}

check_machine() {
  [ "$(id -u)" = 0 ] || die 'this takes root' "sudo $0"
  if [ -d /run/systemd/system ]; then
    systemd=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
  else
    [ "$dry" = yes ] || die 'systemd does not run this machine' 'run "promfleet controller" under the supervisor that does'
    say 'It would be refused as things are: systemd does not run this machine (run "promfleet controller" under the supervisor that does).'
    systemd=252
  fi
  id='' version_id='' pretty=''
  # shellcheck disable=SC1091
  [ ! -r /etc/os-release ] || { id=$(. /etc/os-release; echo "${ID:-}"); version_id=$(. /etc/os-release; echo "${VERSION_ID:-}"); pretty=$(. /etc/os-release; echo "${PRETTY_NAME:-}"); }
  case $id:$version_id in debian:[1-9] | debian:1[01]) die "$pretty is too old: Debian 12 or newer is needed" ;; esac
  [ "${systemd:-0}" -ge 252 ] || die "systemd $systemd is too old: 252 or newer is needed"
  [ "$id" = debian ] || say "Tried on Debian 12 and 13 only; this is ${pretty:-something else}."
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) die "there is no promfleet for $(uname -m): x86_64 and aarch64 are supported" ;;
  esac
}

# Sets root, modules and version.
find_program() {
  root=$(dirname "$(dirname "$(readlink -f "$0")")")
  modules=$root/node_modules
  [ -d "$modules/better-sqlite3" ] || modules=$(dirname "$root")
  build="run in $root, as any user: npm ci && npm run build"
  [ -f "$root/dist/promfleet.mjs" ] || die "promfleet is not built: there is no $root/dist/promfleet.mjs" "$build"
  for file in "$modules/node-linux-$arch/bin/node" "$modules/better-sqlite3/prebuilds/linux-$arch.node"; do
    [ -f "$file" ] || die "what promfleet runs on is not here: there is no $file" "$build"
  done
  "$modules/node-linux-$arch/bin/node" --version >/dev/null 2>&1 || die "$modules/node-linux-$arch/bin/node does not run here" \
    'is this a machine with glibc 2.28 or newer, and may programs be executed there?'
  version=$(sed -n 's/^ *"version": "\([^"]*\)".*/\1/p' "$root/package.json" | head -n 1)
}

is_our_link() { case $(readlink "$BIN" || true) in "$OPT"/*) return 0 ;; *) return 1 ;; esac; }
is_our_unit() { head -n 1 "$UNITS/$1" 2>/dev/null | grep -q "^$MARK"; }

# Whatever somebody else put where our things go stays, and is named.
check_places() {
  if [ -e "$BIN" ] || [ -L "$BIN" ]; then
    is_our_link || die "$BIN is there, and is not of this installer" 'move it away first'
  fi
  for unit in $ALL_UNITS; do
    [ ! -e "$UNITS/$unit" ] || is_our_unit "$unit" || die "$UNITS/$unit is there, and is not of this installer" 'move it away first'
  done
  case $(getent passwd promfleet || true) in
    '' | *:/usr/sbin/nologin | *:/bin/false | *:/sbin/nologin) ;;
    *) die 'there is a user promfleet already, who can log in' 'the service needs a user of that name for itself: rename that one' ;;
  esac
  needed=$(du -skc "$root/dist" "$modules/node-linux-$arch/bin" "$modules/better-sqlite3/lib" | awk 'END { print $1 + 65536 }')
  free=$(df -Pk "$(nearest "$OPT")" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$needed" ] || die "the disk that holds $OPT has $((free / 1024)) MiB free, and $((needed / 1024)) MiB are needed"
}

nearest() { (dir=$1; while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done; echo "$dir"); }

make_user() {
  [ -n "$(getent group promfleet || true)" ] || act 'make the group promfleet' groupadd --system promfleet
  [ -n "$(getent passwd promfleet || true)" ] || act 'make the user promfleet, without a shell' \
    useradd --system --gid promfleet --home-dir "$STATE" --no-create-home --shell /usr/sbin/nologin promfleet
  act "make $STATE, for promfleet alone" install -d -o promfleet -g promfleet -m 0750 "$STATE"
  act "make $BACKUPS, for promfleet alone" install -d -o promfleet -g promfleet -m 0700 "$BACKUPS"
  act "make $ETC" install -d -m 0755 "$ETC"
}

# Copies the program beside the others, under a name that says what is in it; what is there already is never written to.
place_program() {
  if [ "$dry" = yes ]; then
    say "would put promfleet $version with its own Node into $OPT"
    new=$root
    return 0
  fi
  stage=$OPT/.new.$$
  rm -rf "$OPT"/.new.*
  trap 'rm -rf "$stage"' EXIT
  mkdir -p "$stage/node_modules/.bin" "$stage/node_modules/node-linux-$arch/bin" "$stage/node_modules/better-sqlite3/prebuilds"
  cp -R "$root/dist" "$root/installers" "$root/package.json" "$root/LICENSE" "$stage/"
  cp "$modules/node-linux-$arch/bin/node" "$stage/node_modules/node-linux-$arch/bin/"
  cp "$modules/node-linux-$arch/LICENSE" "$stage/node_modules/node-linux-$arch/"
  ln -s "../node-linux-$arch/bin/node" "$stage/node_modules/.bin/node"
  cp -R "$modules/better-sqlite3/package.json" "$modules/better-sqlite3/LICENSE" "$modules/better-sqlite3/lib" "$stage/node_modules/better-sqlite3/"
  cp "$modules/better-sqlite3/prebuilds/linux-$arch.node" "$stage/node_modules/better-sqlite3/prebuilds/"
  chmod -R u=rwX,go=rX "$stage"
  digest=$(cd "$stage" && find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-8)
  new=$OPT/$version+$digest
  if [ ! -d "$new" ]; then
    sync -f "$stage"
    mv -T "$stage" "$new"
    sync -f "$OPT"
  fi
  rm -rf "$stage"
  trap - EXIT
}

config_text() {
  cat <<YAML
# Written once by install-controller.sh; yours since. docs/controller.md lists the keys.
# After a change: systemctl restart promfleet-controller
names: [$names]
directory: $STATE
socket: $SOCKET
$settings
YAML
}

write_file() {
  printf '%s\n' "$2" >"$1.new"
  chmod 0644 "$1.new"
  sync "$1.new"
  mv "$1.new" "$1"
}

# With the version that is to run, and before anything is made: a refusal leaves no trace.
check_config() {
  config=$(config_text)
  if [ -e "$CONFIG" ]; then
    [ -z "$names_typed$settings" ] || [ "$config" = "$(cat "$CONFIG")" ] ||
      die "$CONFIG is there already, and says something else than what was typed" \
        'edit it and restart promfleet-controller; run this again without names and ports'
    config=$(cat "$CONFIG")
  fi
  candidate=$(mktemp)
  trap 'rm -f "$candidate"' EXIT
  printf '%s\n' "$config" >"$candidate"
  told=$("$root/installers/promfleet" controller --config "$candidate" --check 2>&1) ||
    die "$CONFIG can't be used" "$(printf '%s\n' "$told" | sed "s#$candidate#$CONFIG#g")"
  rm -f "$candidate"
  trap - EXIT
  case $told in
    "directory: $STATE
socket: $SOCKET
"*) ;;
    *) die "$CONFIG names another directory or socket" "the service may write to $STATE only, and promfleet looks for $SOCKET" ;;
  esac
  is_active || check_ports "$(printf '%s\n' "$told" | sed -n 's/^[a-zA-Z]*Port: //p')"
}

check_ports() {
  for port in $1; do
    holder=$(port_holder "$port")
    [ -z "$holder" ] || die "port $port is taken, by $holder" "stop that, or choose another port: in $CONFIG if it is there, or see --help"
  done
}

# Who listens on a TCP port, from /proc alone.
port_holder() {
  inode=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk -v port="$(printf ':%04X$' "$1")" '$4 == "0A" && $2 ~ port { print $10; exit }')
  [ -n "$inode" ] || return 0
  for fd in /proc/[0-9]*/fd/*; do
    [ "$(readlink "$fd" 2>/dev/null)" = "socket:[$inode]" ] || continue
    pid=${fd#/proc/}
    echo "$(tr '\0' ' ' <"/proc/${pid%%/*}/cmdline" | cut -c1-60)(process ${pid%%/*})"
    return 0
  done
  echo 'a process that does not show'
}

is_active() { systemctl is-active --quiet "$SERVICE"; }

# The units are part of a version, and go back with it.
place_units() {
  for unit in $ALL_UNITS; do
    text=$(cat "$1/installers/systemd/$unit")
    # Restarts that slow down came with systemd 254; an older one would complain of the words at every reload.
    [ "$systemd" -ge 254 ] || text=$(printf '%s\n' "$text" | sed -e '/^RestartSteps=/d' -e '/^RestartMaxDelaySec=/d' -e 's/^RestartSec=1$/RestartSec=5/')
    [ "$text" = "$(cat "$UNITS/$unit" 2>/dev/null)" ] || act "write $UNITS/$unit" write_file "$UNITS/$unit" "$text"
  done
  act 'have systemd read them' systemctl daemon-reload
}

point() {
  ln -sfn "$2" "$1.new"
  mv -T "$1.new" "$1"
  sync -f "$(dirname "$1")"
}

# Answers twice from the same process: a version that answers and then falls over is not up.
wait_up() {
  pid=none seen=0
  for _ in $(seq 60); do
    now=$(systemctl show --value --property=MainPID "$SERVICE")
    if "$1/installers/promfleet" --socket "$SOCKET" authority status >/dev/null 2>&1; then
      [ "$now" = "$pid" ] || seen=0
      pid=$now seen=$((seen + 1))
      [ "$seen" -lt 2 ] || return 0
    fi
    [ "$(systemctl show --value --property=NRestarts "$SERVICE")" -lt 2 ] || return 1
    sleep 1
  done
  return 1
}

# Without the frames of a stack trace.
last_words() {
  journalctl --no-pager --output=cat --lines=60 --identifier=promfleet --unit="$SERVICE" 2>/dev/null | grep -v '^ *at ' |
    tail -n 6 | cut -c1-400 | sed 's/^/    /' >&2 || true
}

start() {
  systemctl reset-failed "$SERVICE" 2>/dev/null || true
  systemctl start "$SERVICE" || return 1
  wait_up "$1"
}

# Root does nothing in directories that belong to someone else: a stolen controller must not be able to lay a trap there.
as_promfleet() { runuser -u promfleet -- "$@"; }

back_up() {
  backup=
  [ -e "$STATE/promfleet.db" ] || return 0
  backup=$BACKUPS/promfleet-$(date -u +%Y%m%dT%H%M%S).000Z.tar.gz
  as_promfleet "$1/installers/promfleet" backup "$backup" >/dev/null || {
    systemctl start "$SERVICE" || true
    die 'the state could not be backed up, so nothing was changed' "${1##*/} was started again"
  }
  say "Backed up before anything changes: $backup"
}

upgrade() {
  old=$(readlink "$OPT/current" || true)
  [ "$old" != "$new" ] || old=$(readlink "$OPT/previous" || true)
  [ -x "$old/installers/promfleet" ] || old=
  systemctl stop "$SERVICE" 2>/dev/null || true
  back_up "${old:-$new}"
  [ -z "$old" ] || point "$OPT/previous" "$old"
  point "$OPT/current" "$new"
  point "$BIN" "$OPT/current/installers/promfleet"
  place_units "$new"
  systemctl enable --quiet "$SERVICE" "$TIMER"
  start "$new" || take_back
  systemctl start "$TIMER"
}

# The one that runs and the one before stay.
prune() {
  for dir in "$OPT"/*+*; do
    [ "$dir" = "$new" ] || [ "$dir" = "$(readlink "$OPT/previous" || true)" ] || rm -rf "$dir"
  done
}

# The old version on the state as it is; if it can't read that any more, on the state from before.
take_back() {
  say "promfleet ${new##*/} does not come up. Its last words:" >&2
  last_words
  systemctl stop "$SERVICE" || true
  [ -n "$old" ] || die 'the service was stopped; mend what it says and run this again'
  point "$OPT/current" "$old"
  place_units "$old"
  if ! start "$old" && [ -n "$backup" ]; then
    systemctl stop "$SERVICE" || true
    as_promfleet "$old/installers/promfleet" restore "$backup" --dir "$STATE" --replace >/dev/null
    start "$old" || die "${old##*/} does not come up either" "journalctl -u $SERVICE; the state from before is $backup"
    say "The state from before was restored ($backup); what that version left lies in $STATE/replaced-*" >&2
  fi
  [ "$new" = "$old" ] || rm -rf "$new"
  die "${new##*/} was taken back: ${old##*/} runs again"
}

install_controller() {
  find_program
  check_places
  check_config
  make_user
  place_program
  if [ ! -e "$CONFIG" ]; then
    act "write $CONFIG" write_file "$CONFIG" "$config"
    [ "$dry" = no ] || printf '%s\n' "$config" | sed 's/^/    /'
  fi
  [ "$dry" = no ] || say "It would listen on the ports $(printf '%s\n' "$told" | sed -n 's/^\([a-z]*\)Port: \([0-9]*\).*/\2 (\1)/p' | paste -s -d, - | sed 's/,/, /g')."
  if [ "$dry" = yes ]; then
    say "would back up what is in $STATE, stop $SERVICE if it runs, switch $OPT/current to the new version and link $BIN to it"
    place_units "$root"
    say "would enable and start $SERVICE and $TIMER, and go back to the version before if the new one does not come up"
    return 0
  fi
  if [ "$(readlink "$OPT/current" || true)" = "$new" ] && is_active && wait_up "$new"; then
    place_units "$new"
    systemctl enable --quiet --now "$SERVICE" "$TIMER"
    say "promfleet ${new##*/} runs already."
  else
    upgrade
    say "promfleet ${new##*/} is up."
  fi
  prune
  next
}

next() {
  cat <<NEXT

  configuration   $CONFIG
  state, keys     $STATE
  backups         $BACKUPS, daily, the last 14; they hold the keys: copy them elsewhere, safely
  logs            journalctl -u promfleet-controller

Who may use it on this machine: root, and members of the group promfleet (adduser ${SUDO_USER:-NAME} promfleet; they log in anew).
Next:             promfleet token create     prints the line that lets a host join
NEXT
}

# What of a controller is here: its program; with --purge also what it keeps.
is_here() {
  for unit in $ALL_UNITS; do
    ! is_our_unit "$unit" || return 0
  done
  if is_our_link || [ -e "$OPT" ]; then return 0; fi
  [ "$purge" = yes ] && { [ -e "$CONFIG" ] || [ -e "$STATE" ] || [ -e "$BACKUPS" ] || [ -n "$(getent passwd promfleet || true)" ]; }
}

uninstall() {
  if ! is_here; then
    say 'Nothing is to be removed: there is no controller on this machine.'
    for kept in "$CONFIG" "$STATE" "$BACKUPS"; do
      [ ! -e "$kept" ] || say "Left in place: $kept (--purge removes it)."
    done
    return 0
  fi
  if [ "$purge" = yes ]; then
    say "With --purge the configuration, the database, the keys and every backup go, too: $CONFIG, $STATE, $BACKUPS."
  fi
  for unit in $ALL_UNITS; do
    ! is_our_unit "$unit" || act "stop and remove $unit" remove_unit "$unit"
  done
  act 'have systemd forget them' systemctl daemon-reload
  ! is_our_link || act "remove $BIN" rm -f "$BIN"
  [ ! -e "$OPT" ] || act "remove $OPT" rm -rf "$OPT"
  if [ "$purge" = yes ]; then
    act "remove $CONFIG, $STATE and $BACKUPS" purge_data
  else
    say "Left in place: $CONFIG, $STATE, $BACKUPS and the user promfleet who owns them (--purge removes them)."
  fi
  # Shared with an agent: gone only when nothing is in them.
  act "remove what is empty of /opt/promfleet and $ETC" rmdir_empty /opt/promfleet "$ETC"
}

remove_unit() {
  systemctl disable --quiet --now "$1" 2>/dev/null || systemctl stop "$1" || true
  rm -rf "${UNITS:?}/$1" "${UNITS:?}/$1.d" "/var/lib/systemd/timers/stamp-$1"
  systemctl reset-failed "$1" 2>/dev/null || true
}

purge_data() {
  rm -rf "$CONFIG" "$STATE" "$BACKUPS"
  [ -z "$(getent passwd promfleet || true)" ] || userdel promfleet
  [ -z "$(getent group promfleet || true)" ] || groupdel promfleet
}

rmdir_empty() { rmdir "$@" 2>/dev/null || true; }

main() {
  umask 022
  parse "$@"
  check_machine
  if [ "$verb" = uninstall ]; then uninstall; else install_controller; fi
}

main "$@"
