#!/bin/sh
# Installs the promfleet agent on this host and enrols it with the controller that serves this script; --help says how. The join token
# comes in PROMFLEET_TOKEN or on standard input, never as an argument. Run again it changes nothing, or completes what was cut short,
# or upgrades. Nothing runs before the last line: a copy that was cut off does nothing, and fails.
trap 'exit 1' EXIT

# BEGIN VALUES
values() {
  VERSION='' URLS='' PIN='' CA='' ENROL='' DOWNLOADS=''
}
# END VALUES

ROOT=/opt/promfleet
PROGRAM=$ROOT/bin/promfleet-agent
LINK=/usr/local/bin/promfleet-agent
STATE=/var/lib/promfleet-agent
UNIT=promfleet-agent.service
UNIT_FILE=/etc/systemd/system/$UNIT
ENVIRONMENT=/etc/promfleet/agent.env
SETTINGS=/etc/promfleet/agent.yaml
EXAMPLE=$SETTINGS.example
CONNECT_SECONDS=20

say() { printf '%s\n' "$*"; }
doing() { printf '  %s\n' "$*"; }

# What failed and why, then what to do about it.
die() {
  printf 'promfleet: %s\n' "$1" >&2
  [ -z "${2-}" ] || printf '  %s\n' "$2" >&2
  # Where nothing was done, nothing is left.
  rmdir "$ROOT/.download" "$ROOT" 2>/dev/null || :
  exit 1
}

# In a dry run only says what would be done; otherwise says it and goes on.
would() {
  [ "$DRY_RUN" = yes ] && doing "would $1" && return 0
  doing "$1"
  return 1
}

# What a dry run says and goes on from, to show the rest too.
obstacle() {
  [ "$DRY_RUN" = yes ] || die "$@"
  doing "it would be refused as things are: $1"
}

usage() {
  cat <<'USAGE'
install.sh: the promfleet agent on this host, enrolled with the controller that serves this script. As root, on Linux with systemd.

  echo TOKEN | sudo sh install.sh [--name NAME] [--no-service] [--dry-run]
  sudo sh install.sh --uninstall [--keep-data] [--keep-identity] [--dry-run]

  --name NAME       what the fleet calls this host; otherwise its hostname
  --no-service      no systemd here: installs and enrols, and leaves it to you to run "promfleet-agent run"
  --dry-run         says what would be done, and does nothing; it needs no token
  --uninstall       stops and removes every unit, its data, the agent, its service and the users that it made
  --keep-data       … but not what the units have stored, nor their users
  --keep-identity   … but not who this host is to its controller: installed again it needs no new token

The join token comes in PROMFLEET_TOKEN or on standard input, never as an argument; "promfleet token create", where the controller is,
prints the whole line. Run again it changes nothing, completes what was cut short, or upgrades. Behind curl … | sudo sh the options go
after "sh -s --".

It writes   /opt/promfleet, /var/lib/promfleet-agent, /etc/promfleet, /usr/local/bin/promfleet-agent and
            /etc/systemd/system/promfleet-agent.service
It installs no package, opens no port, and touches no firewall and no other service.
USAGE
}

read_options() {
  ACTION=install NAME='' SERVICE=yes DRY_RUN=no KEEP_DATA='' KEEP_IDENTITY=''
  while [ $# -gt 0 ]; do
    case $1 in
      --name)
        [ $# -gt 1 ] || die 'cannot start: --name needs a name'
        NAME=$2
        shift
        ;;
      --name=*) NAME=${1#--name=} ;;
      --no-service) SERVICE=no ;;
      --dry-run) DRY_RUN=yes ;;
      --uninstall) ACTION=uninstall ;;
      --keep-data) KEEP_DATA=--keep-data ;;
      --keep-identity) KEEP_IDENTITY=--keep-identity ;;
      --help)
        usage
        trap - EXIT
        exit 0
        ;;
      *) die "cannot start: $1 is not understood" 'sh install.sh --help' ;;
    esac
    shift
  done
  [ "$ACTION" = uninstall ] || [ -z "$KEEP_DATA$KEEP_IDENTITY" ] || die 'cannot start: --keep-… goes with --uninstall'
}

has() { command -v "$1" >/dev/null 2>&1; }
has_systemd() { [ -d /run/systemd/system ] && has systemctl; }
is_enrolled() { [ -f "$STATE/identity.json" ]; }

# --- what this host must be ---------------------------------------------------------------------------------------------------------

require_host() {
  [ "$(uname -s)" = Linux ] || die "cannot install: this is $(uname -s), and the agent runs on Linux"
  [ "$(id -u)" = 0 ] || die 'cannot install: this takes root' 'put sudo before sh'
  case $(uname -m) in
    x86_64 | amd64) PLATFORM=linux-x64 ;;
    aarch64 | arm64) PLATFORM=linux-arm64 ;;
    *) die "cannot install: there is no agent for $(uname -m)" 'there is one for x86_64 and one for aarch64' ;;
  esac
  require_libc
  for TOOL in tar gzip sha256sum base64 readlink df sed cmp; do
    has "$TOOL" || die "cannot install: $TOOL is not here" 'install it (Debian: packages coreutils, diffutils, gzip, sed and tar)'
  done
}

require_libc() {
  [ "$(getconf LONG_BIT 2>/dev/null || echo 64)" = 64 ] || die 'cannot install: the system on this 64-bit machine is a 32-bit one'
  LIBC=$(getconf GNU_LIBC_VERSION 2>/dev/null) || LIBC=''
  case $LIBC in
    'glibc '*) ;;
    *) die 'cannot install: the agent needs the GNU C library (glibc 2.28 or newer), and there is another one here (musl?)' ;;
  esac
  is_at_least "${LIBC#glibc }" 2 28 || die "cannot install: the agent needs glibc 2.28 or newer, and this is ${LIBC#glibc }"
}

# is_at_least VERSION MAJOR MINOR
is_at_least() {
  MAJOR=${1%%.*} MINOR=${1#*.} MINOR=${MINOR%%[!0-9]*}
  [ "$MAJOR" -gt "$2" ] || { [ "$MAJOR" -eq "$2" ] && [ "${MINOR:-0}" -ge "$3" ]; }
}

require_service() {
  [ "$SERVICE" = no ] || has_systemd || obstacle 'cannot install: systemd is not what runs this host, and without it nothing starts the agent after a reboot' \
    'with --no-service it is installed and enrolled, and you have your init run "promfleet-agent run"'
}

require_token() {
  is_enrolled && return 0
  if [ -z "${PROMFLEET_TOKEN-}" ] && [ ! -t 0 ]; then read -r PROMFLEET_TOKEN || [ -n "${PROMFLEET_TOKEN-}" ] || PROMFLEET_TOKEN=''; fi
  [ -n "${PROMFLEET_TOKEN-}" ] || [ "$DRY_RUN" = yes ] || die 'cannot install: no join token was given' \
    'it comes in PROMFLEET_TOKEN or on standard input; "promfleet token create" prints the whole line'
}

# Before anything is touched: the agent itself would refuse, too.
require_same_controller() {
  is_enrolled || return 0
  # One certificate a line, its line breaks escaped.
  KNOWN=$(sed -n 's/.*-----BEGIN CERTIFICATE-----\\n\(.*\)\\n-----END CERTIFICATE-----.*/\1/p' "$STATE/identity.json" |
    while read -r CERTIFICATE; do printf '%s' "$CERTIFICATE" | sed 's/\\n//g' | base64 -d | sha256sum; done)
  case " $KNOWN" in
    *"${CA#sha256:}"* | ' ') ;;
    *)
      die 'cannot install: this host is enrolled already, with another controller' \
        'to hand it over, run its own line with --uninstall first; "promfleet-agent controllers" says which it is'
      ;;
  esac
}

require_fetcher() {
  if has curl; then
    FETCHER=curl
    CURL=$(curl --version | sed -n '1s/^curl \([0-9.]*\).*/\1/p')
    CURL_PIN=''
    if is_at_least "${CURL:-0.0}" 7 39; then CURL_PIN=$PIN; fi
  elif has wget; then
    FETCHER=wget
  else
    die 'cannot install: neither curl nor wget is here' 'install one of them (Debian: apt-get install curl)'
  fi
}

require_writable() {
  PLACE=$ROOT
  while [ ! -d "$PLACE" ]; do PLACE=$(dirname "$PLACE"); done
  if [ "$DRY_RUN" = yes ]; then
    [ -w "$PLACE" ] || die "cannot install: $PLACE can't be written"
  else
    { mkdir -p "$ROOT/.download" && : >"$ROOT/.download/.writable"; } 2>/dev/null ||
      die "cannot install: $ROOT can't be written (is it on a read-only file system, or full?)" \
        'mount a writable file system there; nothing else of this host is needed for the programs'
    rm -f "$ROOT/.download/.writable"
  fi
}

require_room() {
  FREE=$(df -Pk "$PLACE" | sed -n '2p' | tr -s ' ' | cut -d ' ' -f 4)
  [ "$FREE" -ge $(($1 / 1024)) ] || die "cannot install: it takes $(($1 / 1048576)) MB in $ROOT, and $((FREE / 1024)) MB are free there" \
    'make room on that file system, then run the same line again'
}

# --- downloads ----------------------------------------------------------------------------------------------------------------------

# choose NAME: which of the downloads, in the best encoding that can be unpacked here
choose() {
  ENCODINGS=gzip
  has xz && ENCODINGS='xz gzip'
  for ENCODING in $ENCODINGS; do
    CHOSEN=$(printf '%s\n' "$DOWNLOADS" | grep "^$1 [^ ]* $PLATFORM $ENCODING ") && break
    CHOSEN=''
  done
  [ -n "$CHOSEN" ] || die "cannot install: the controller has no $1 for $PLATFORM" 'run "npm run build" where the controller is, then take a new line'
  # shellcheck disable=SC2086 # words without blanks
  set -- $CHOSEN
  DIRECTORY=$2 FILE=$5 SIZE=$6 SHA256=$7 UNPACKED=$8
}

choose_all() {
  choose runtime
  RUNTIME=$ROOT/runtime/$DIRECTORY RUNTIME_ROOM=$((SIZE + UNPACKED))
  choose agent
  AGENT=$ROOT/agent/$DIRECTORY AGENT_ROOM=$((SIZE + UNPACKED))
}

is_whole() { [ "$(wc -c <"$1")" -eq "$SIZE" ] && [ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "$SHA256" ]; }

# fetch URL TO: goes on where an earlier try ended. Nobody's certificate counts: what comes is judged by its digest.
fetch() {
  if [ "$FETCHER" = wget ]; then
    wget -q -c --no-check-certificate -T 30 -O "$2" "$1" </dev/null
  elif [ -n "$CURL_PIN" ]; then
    curl -fsSk --pinnedpubkey "$CURL_PIN" --connect-timeout 15 --speed-limit 1000 --speed-time 30 -C - -o "$2" "$1" </dev/null
  else
    curl -fsSk --connect-timeout 15 --speed-limit 1000 --speed-time 30 -C - -o "$2" "$1" </dev/null
  fi
}

# The chosen download, verified, in $ARCHIVE.
download() {
  ARCHIVE=$ROOT/.download/$SHA256
  for TRY in 1 2 3; do
    for URL in $URLS; do
      HELD=0
      [ ! -f "$ARCHIVE" ] || HELD=$(wc -c <"$ARCHIVE")
      if [ "$HELD" -lt "$SIZE" ]; then
        FAILURE=0
        fetch "$URL/downloads/$FILE" "$ARCHIVE" || FAILURE=$?
        judge_fetch "$FAILURE"
        [ "$FAILURE" = 0 ] || continue
      fi
      if is_whole "$ARCHIVE"; then return 0; fi
      rm -f "$ARCHIVE"
      # What an earlier try left may have been bad: only what came in one piece is judged.
      [ "$HELD" -gt 0 ] || die "cannot install: what $URL sent is not the $1 that this script was made for (its digest is another)" \
        'someone in between changed it, or the controller was upgraded meanwhile: take a new line from "promfleet token create"'
    done
    [ "$TRY" = 3 ] || sleep "$TRY"
  done
  die "cannot install: the $1 could not be downloaded from $URLS" \
    "is the controller reachable from here? Behind a proxy: sudo drops https_proxy, \"sudo -E sh\" keeps it"
}

# Two failures that no other try will mend: someone else's key, a full disk.
judge_fetch() {
  case $FETCHER$1 in
    curl90) die "cannot install: $URL does not hold the controller's key: someone is in between" 'nothing was downloaded' ;;
    curl23 | wget3) die "cannot install: the download can't be written to $ROOT (is that file system full?)" "it takes $((SIZE / 1048576 + 1)) MB more there; then run the same line again" ;;
  esac
}

# unpack NAME INTO: beside, complete and on disk, before it gets its name.
unpack() {
  rm -rf "$2.new"
  mkdir -p "$2.new"
  case $ENCODING in
    xz) xz -dc "$ARCHIVE" | tar -xf - -C "$2.new" ;;
    gzip) gzip -dc "$ARCHIVE" | tar -xf - -C "$2.new" ;;
  esac || {
    rm -rf "$2.new"
    die "cannot install: the $1 can't be unpacked in $ROOT (is that file system full?)" 'make room there, then run the same line again'
  }
  flush "$2.new"
}

# On disk, and nobody else's disks with it where sync can tell them apart.
flush() { sync -f "$1" 2>/dev/null || sync; }

runs() { env -i "$1/node" --version 2>&1; }

install_runtime() {
  choose runtime
  if [ -d "$RUNTIME" ] && runs "$RUNTIME" >/dev/null; then return 0; fi
  would "download the runtime, $((SIZE / 1048576 + 1)) MB ($ENCODING), and unpack it in $RUNTIME" && return 0
  CHANGED=yes
  download runtime
  unpack runtime "$RUNTIME"
  SEEN=$(runs "$RUNTIME.new") || {
    rm -rf "$RUNTIME.new"
    die "cannot install: the runtime does not run here: $SEEN" "it needs glibc 2.28, libstdc++6, and $ROOT not mounted noexec"
  }
  rm -rf "$RUNTIME"
  mv "$RUNTIME.new" "$RUNTIME"
  rm -f "$ARCHIVE"
}

install_agent() {
  choose agent
  if [ ! -f "$AGENT/runtime" ]; then
    would "download the agent $VERSION, $((SIZE / 1024 + 1)) kB, and unpack it in $AGENT" && return 0
    CHANGED=yes
    download agent
    unpack agent "$AGENT"
    mv "$AGENT.new" "$AGENT"
    rm -f "$ARCHIVE"
  fi
}

# --- switching over -----------------------------------------------------------------------------------------------------------------

# set_link TARGET AT: replaced by one rename
set_link() {
  [ "$(readlink "$2")" = "$1" ] && return 0
  CHANGED=yes
  ln -sfn "$1" "$2.new"
  mv -fT "$2.new" "$2"
}

switch() {
  if [ "$(readlink "$ROOT/current")" = "agent/${AGENT##*/}" ] && [ -x "$PROGRAM" ]; then return 0; fi
  would "make it the one that runs: $PROGRAM" && return 0
  "$AGENT/promfleet-agent" --version >/dev/null </dev/null || die 'cannot install: the agent does not run here' "try $AGENT/promfleet-agent --version"
  mkdir -p "$ROOT/bin"
  set_link "agent/${AGENT##*/}" "$ROOT/current"
  set_link ../current/promfleet-agent "$PROGRAM"
}

install_link() {
  [ "$(readlink "$LINK")" = "$PROGRAM" ] && return 0
  if [ -e "$LINK" ] || [ ! -w "$(dirname "$LINK")" ]; then
    doing "leave out the link $LINK: it can't be made there; $PROGRAM is the program"
    return 0
  fi
  would "link it as $LINK" && return 0
  set_link "$PROGRAM" "$LINK"
}

# Proxies, so that the agent goes the same way as this script.
install_environment() {
  LINES=$(
    for KEY in https_proxy http_proxy no_proxy; do
      UPPER=$(printf '%s' "$KEY" | tr '[:lower:]' '[:upper:]')
      eval "VALUE=\${$KEY:-\${$UPPER:-}}"
      [ -z "$VALUE" ] || printf "%s='%s'\n" "$KEY" "$(printf '%s' "$VALUE" | tr -d "'\n")"
    done
  )
  [ -n "$LINES" ] || return 0
  [ "$(cat "$ENVIRONMENT" 2>/dev/null)" != "$LINES" ] || return 0
  would "note the proxy for the agent in $ENVIRONMENT" && return 0
  want_restart
  mkdir -p "$(dirname "$ENVIRONMENT")"
  (umask 077 && printf '%s\n' "$LINES" >"$ENVIRONMENT.new") && mv -f "$ENVIRONMENT.new" "$ENVIRONMENT"
}

# What an earlier run noted holds until another is given.
read_environment() {
  [ -z "${https_proxy-}${HTTPS_PROXY-}${http_proxy-}${HTTP_PROXY-}" ] && [ -f "$ENVIRONMENT" ] || return 0
  set -a
  # shellcheck disable=SC1090 # written by install_environment
  . "$ENVIRONMENT"
  set +a
}

is_our_example() {
  for GIVEN in "$ROOT"/agent/*/agent.yaml.example; do
    cmp -s "$GIVEN" "$EXAMPLE" && return 0
  done
  return 1
}

# What an administrator may say here, all of it commented out. One that somebody changed is left as it is.
install_example() {
  cmp -s "$AGENT/agent.yaml.example" "$EXAMPLE" && return 0
  [ ! -e "$EXAMPLE" ] || is_our_example || return 0
  would "put down $EXAMPLE: what you can keep the controller from, in $SETTINGS" && return 0
  { mkdir -p "$(dirname "$EXAMPLE")" && cp "$AGENT/agent.yaml.example" "$EXAMPLE.new" && chmod 0644 "$EXAMPLE.new" &&
    mv -f "$EXAMPLE.new" "$EXAMPLE"; } 2>/dev/null || {
    doing "leave it out: it can't be written there"
    return 0
  }
  CHANGED=yes
}

# On disk before what makes it necessary: whoever completes a run that was cut short knows.
want_restart() {
  CHANGED=yes
  : >"$ROOT/.restart-wanted"
}

enrol() {
  NEEDS=''
  is_enrolled || [ -n "${PROMFLEET_TOKEN-}" ] || NEEDS=' (that takes a join token, and none was given)'
  is_enrolled || would "enrol with the controller at $ENROL${NAME:+ as $NAME}$NEEDS" && [ "$DRY_RUN" = yes ] && return 0
  SAID=$(PROMFLEET_TOKEN=${PROMFLEET_TOKEN-} "$PROGRAM" enrol --controller "$ENROL" --ca "$CA" ${NAME:+--name "$NAME"} 2>&1 </dev/null) || {
    printf '%s\n' "$SAID" >&2
    AGAIN='run the same line again once that is put right'
    # It is as dead the next time.
    case $SAID in *'join token'* | *'wrong CA'*) AGAIN='take a new line from "promfleet token create", and run that' ;; esac
    die 'the program is installed, and this host is not enrolled' "$AGAIN; what was done is kept"
  }
  case $SAID in enrolled*) CHANGED=yes ;; esac
  printf '%s\n' "$SAID" | sed 's/^/  /'
}

install_service() {
  [ "$SERVICE" = yes ] || return 0
  if ! cmp -s "$AGENT/$UNIT" "$UNIT_FILE"; then
    would "install the service $UNIT" && return 0
    want_restart
    cp "$AGENT/$UNIT" "$UNIT_FILE.new"
    mv -f "$UNIT_FILE.new" "$UNIT_FILE"
  fi
  [ "$DRY_RUN" = no ] || return 0
  case $(systemctl show -p NeedDaemonReload -p LoadState --value "$UNIT" | tr '\n' ' ') in
    'loaded no ' | 'no loaded ') ;;
    *) systemctl daemon-reload ;;
  esac
  systemctl is-enabled --quiet "$UNIT" 2>/dev/null || {
    CHANGED=yes
    systemctl enable --quiet "$UNIT"
  }
  flush "$UNIT_FILE"
}

# Whether what runs is the one that was switched to.
runs_current() {
  PID=$(systemctl show -p MainPID --value "$UNIT")
  [ "${PID:-0}" != 0 ] && tr '\0' '\n' <"/proc/$PID/cmdline" 2>/dev/null | grep -qxF "$AGENT/agent.cjs"
}

start_service() {
  [ "$SERVICE" = yes ] || return 0
  if [ ! -e "$ROOT/.restart-wanted" ] && runs_current; then return 0; fi
  CHANGED=yes
  if systemctl is-active --quiet "$UNIT"; then doing 'restart the agent; units go on as they are'; else doing 'start the agent'; fi
  systemctl reset-failed "$UNIT" 2>/dev/null || :
  systemctl restart "$UNIT" || die "cannot start the agent" "journalctl -u $UNIT says why"
  rm -f "$ROOT/.restart-wanted"
}

await_session() {
  [ "$SERVICE" = yes ] || return 0
  "$PROGRAM" wait --timeout "$CONNECT_SECONDS" </dev/null ||
    die 'the agent is installed, enrolled and running, and has no session with its controller yet; it keeps trying' \
      "systemctl status $UNIT and journalctl -u $UNIT say how it goes; its session port must be reachable from here"
}

# What no link points to any more.
prune() {
  for OLD in "$ROOT"/agent/* "$ROOT"/runtime/*; do
    case $OLD in "$AGENT" | "$RUNTIME") ;; *) rm -rf "$OLD" ;; esac
  done
  rm -rf "$ROOT/.download"
  # What is said to be done outlasts a power cut.
  sync
}

# --- the two things that it does ----------------------------------------------------------------------------------------------------

install() {
  require_host
  require_service
  require_same_controller
  read_environment
  require_fetcher
  require_token
  require_writable
  choose_all
  [ ! -d "$RUNTIME" ] || RUNTIME_ROOM=0
  [ ! -d "$AGENT" ] || AGENT_ROOM=0
  [ $((RUNTIME_ROOM + AGENT_ROOM)) -eq 0 ] || require_room $((RUNTIME_ROOM + AGENT_ROOM + 16777216))
  CHANGED=no
  say "promfleet: agent $VERSION on $(uname -n), for the controller at $ENROL"
  install_runtime
  install_agent
  switch
  install_link
  install_environment
  install_example
  enrol
  install_service
  if [ "$DRY_RUN" = yes ]; then
    say 'promfleet: nothing was done: this was a dry run. No package is installed, no port opened, no firewall touched.'
    return 0
  fi
  start_service
  await_session
  prune
  finish
}

finish() {
  if [ "$CHANGED" = no ]; then
    say 'promfleet: nothing was to be done: all of it was so already'
  elif [ "$SERVICE" = yes ]; then
    say "promfleet: done: the agent is connected. \"promfleet-agent status\" shows what it does, journalctl -u $UNIT what it says"
  else
    say "promfleet: done. Have your init run \"$PROGRAM run\", as root, and start it again whenever it ends"
  fi
}

# The agent knows what it made: it is fetched again when it is gone, or broken, and units are here.
require_program() {
  [ -e "$STATE/lock-id" ] || [ -e "$STATE/units" ] || return 0
  "$PROGRAM" --version >/dev/null 2>&1 </dev/null && return 0
  require_host
  require_fetcher
  require_writable
  choose_all
  install_runtime
  install_agent
  switch
}

# Not all of /opt/promfleet: a controller on the same machine has its programs there.
ours() {
  for NAMED in agent runtime bin current releases .download .restart-wanted; do printf '%s\n' "$ROOT/$NAMED"; done
  printf '%s\n' "$UNIT_FILE" "$UNIT_FILE.new" "$ENVIRONMENT" "$ENVIRONMENT.new" "$EXAMPLE.new"
}

# What of ours is here, in one line: the state last, as it knows of the rest.
find_ours() {
  HERE=''
  if is_our_example; then HERE=" $EXAMPLE"; fi
  for OURS in $(ours); do
    if [ -e "$OURS" ] || [ -L "$OURS" ]; then HERE="$HERE $OURS"; fi
  done
  [ "$(readlink "$LINK")" != "$PROGRAM" ] || HERE="$HERE $LINK"
  [ -n "$KEEP_IDENTITY" ] || [ ! -e "$STATE" ] || HERE="$HERE $STATE"
}

uninstall() {
  [ "$(id -u)" = 0 ] || die 'cannot uninstall: this takes root' 'put sudo before sh'
  find_ours
  if [ -z "$HERE" ] && [ ! -e "$STATE/units" ]; then
    say "promfleet: nothing is to be removed: there is no agent on $(uname -n)"
    say_settings
    return 0
  fi
  say "promfleet: removing the agent from $(uname -n)"
  read_environment
  require_program
  if has_systemd && [ "$(systemctl show -p LoadState --value "$UNIT")" != not-found ]; then
    would "stop and disable $UNIT" || systemctl disable --now --quiet "$UNIT" || die "cannot uninstall: $UNIT does not stop" "journalctl -u $UNIT"
  fi
  if [ -d "$STATE" ] && { [ -x "$PROGRAM" ] || [ "$DRY_RUN" = yes ]; }; then
    # shellcheck disable=SC2086 # one word or none
    would_remove_units ||
      "$PROGRAM" uninstall $KEEP_DATA $KEEP_IDENTITY </dev/null || die 'not everything was removed' 'put that right, then run the same line again'
  fi
  remove_files
  say_settings
  if [ "$DRY_RUN" = yes ]; then say 'promfleet: nothing was done: this was a dry run'; else say 'promfleet: done'; fi
}

# The agent removes what it has a record of, and the users that it left its mark on.
would_remove_units() {
  UNITS=$(for RECORD in "$STATE"/units/*.json; do [ ! -e "$RECORD" ] || basename "$RECORD" .json; done)
  USERS=$(sed -n 's/^\([^:]*\):[^:]*:[^:]*:[^:]*:promfleet unit:.*/\1/p' /etc/passwd | tr '\n' ' ')
  for NAMED in $UNITS; do
    if [ -n "$KEEP_DATA" ]; then KEPT=" (/var/lib/$NAMED is kept)"; else KEPT=", and its data in /var/lib/$NAMED"; fi
    would "stop $NAMED; remove its service, what is promfleet's in /etc/$NAMED$KEPT" || :
  done
  [ -n "$UNITS" ] || would 'remove no unit: there is none' || :
  [ -n "$KEEP_DATA" ] || [ -z "$USERS" ] || would "remove the users that were made for units: ${USERS% }" || :
  [ "$DRY_RUN" = yes ]
}

remove_files() {
  find_ours
  for OURS in $HERE; do
    would "remove $OURS" || rm -rf "$OURS" || [ "$OURS" = "$LINK" ] || die "not everything was removed: $OURS is left" 'put that right, then run the same line again'
  done
  [ "$DRY_RUN" = no ] || return 0
  if has_systemd; then
    systemctl daemon-reload
    systemctl reset-failed "$UNIT" 2>/dev/null || :
  fi
  rmdir "$ROOT" /etc/promfleet 2>/dev/null || :
}

# What its administrator said here outlives the agent, and would rule the next one.
say_settings() {
  [ ! -e "$SETTINGS" ] || doing "$SETTINGS is left: it is yours, and holds for an agent that is installed here again"
}

main() {
  set -eu
  umask 022
  LC_ALL=C
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  export LC_ALL PATH
  values
  read_options "$@"
  [ -n "$VERSION" ] || die 'cannot start: this copy was not filled in by a controller' 'take the one that it serves: /install.sh'
  "$ACTION"
  trap - EXIT
}

{ main "$@"; }
