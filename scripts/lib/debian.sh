# shellcheck shell=bash
# Reads packages of any suite of the Debian mirror this machine already uses, without installing them
# and without touching the machine's own apt state. Sourced by the scripts beside it.
#
# Signatures: apt checks every suite against debian-archive-keyring. Should a suite be signed by keys the
# installed keyring does not know yet, the newer keyring is taken from the machine's own release (whose
# signature is checked with the installed one); unsigned data is never accepted.

sonde_cache=${SONDE_CACHE:-${HOME:-/root}/.cache/sonde}

# Tools that are installed but not on PATH, as in shells that read no profile.
for folder in "${HOME:-/root}/.cargo/bin" /usr/local/cargo/bin; do
    if ! command -v rustc > /dev/null && [ -x "$folder/rustc" ]; then PATH=$PATH:$folder; fi
done
for folder in "${DOTNET_ROOT:-/nowhere}" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet "${HOME:-/root}/.dotnet"; do
    if ! command -v dotnet > /dev/null && [ -x "$folder/dotnet" ]; then PATH=$PATH:$folder; fi
done
case :$PATH: in *:/usr/sbin:*) ;; *) PATH=$PATH:/usr/sbin:/sbin ;; esac
export PATH

say() { printf 'sonde: %s\n' "$*" >&2; }
die() { say "$1"; [ $# -lt 2 ] || say "  hint: $2"; exit 1; }

# The mirror of the machine's own apt sources: the first stanza (or one-line entry) for a Debian main archive.
debian_mirror() {
    if [ -n "${SONDE_DEBIAN_MIRROR:-}" ]; then printf '%s\n' "$SONDE_DEBIAN_MIRROR"; return; fi
    local uri
    uri=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null |
        awk '
            /^[ \t]*#/ { next }
            /^URIs:/ { print $2 }
            /^deb[ \t]/ { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) { print $i; break } }' |
        grep -E '/debian/?$' | head -n 1)
    [ -n "$uri" ] || die "no Debian mirror in the apt sources of this machine" "set SONDE_DEBIAN_MIRROR to the address of one"
    printf '%s\n' "${uri%/}"
}

# apt_suite SUITE ARGS…: apt-get with its own sources, lists and cache, for that suite alone.
apt_suite() { suite_tool apt-get "$@"; }

suite_tool() {
    local tool=$1 suite=$2 state keyring=${debian_keyring:-/usr/share/keyrings/debian-archive-keyring.gpg}
    shift 2
    state=$sonde_cache/apt/$suite
    mkdir -p "$state/parts" "$state/lists/partial" "$state/cache/archives/partial"
    printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$(debian_mirror)" "$suite" > "$state/sources.list"
    : > "$state/status"
    "$tool" -q -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts="$state/parts" \
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts="$state/parts" \
        -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" \
        -o Dir::Cache="$state/cache" -o Acquire::Check-Valid-Until=false -o Acquire::Retries=3 \
        -o Acquire::Languages=none -o APT::Get::List-Cleanup=false -o Debug::NoLocking=true \
        -o APT::Sandbox::User=root "$@"
}

# suite_update SUITE: fetch its package list, once a day, signature checked.
suite_update() {
    local suite=$1 stamp=$sonde_cache/apt/$1/updated log
    if [ -n "$(find "$stamp" -mtime -1 2>/dev/null)" ]; then return; fi
    mkdir -p "$sonde_cache/apt/$suite"
    log=$sonde_cache/apt/$suite/update.log
    say "reading the package list of Debian $suite"
    if ! apt_suite "$suite" update > "$log" 2>&1 || grep -q '^[WE]:' "$log"; then
        if grep -q NO_PUBKEY "$log" && [ -z "${debian_keyring:-}" ] && [ -z "${looking_for_keyring:-}" ]; then
            newer_keyring
            suite_update "$suite"
            return
        fi
        if ! grep -q '^E:' "$log" && ! grep -Eq '^W:.*(Failed|not signed|signature)' "$log"; then
            touch "$stamp"; return
        fi
        cat "$log" >&2
        die "cannot read the package list of Debian $suite" "is the mirror reachable? apt-get update shows the same error"
    fi
    touch "$stamp"
}

# The newest archive keyring that a suite with a known key offers, unpacked into the cache.
newer_keyring() {
    local dir=$sonde_cache/keyring source
    say "its key is not in the installed debian-archive-keyring; taking the newest keyring of a suite that is"
    for source in trixie bookworm; do
        if ( looking_for_keyring=1 suite_update "$source" ) && suite_download "$source" "$dir" debian-archive-keyring; then
            dpkg -x "$dir"/debian-archive-keyring_*.deb "$dir/tree" || continue
            debian_keyring=$dir/tree/usr/share/keyrings/debian-archive-keyring.gpg
            [ -f "$debian_keyring" ] || debian_keyring=${debian_keyring%.gpg}.pgp
            export debian_keyring
            return
        fi
    done
    die "no archive keyring knows the key of that suite" "install a newer debian-archive-keyring"
}

# suite_download SUITE DIR PACKAGE…: put the .deb files into DIR.
suite_download() {
    local suite=$1 dir=$2
    shift 2
    suite_update "$suite"
    mkdir -p "$dir"
    ( cd "$dir" && apt_suite "$suite" download "$@" > download.log 2>&1 ) || { cat "$dir/download.log" >&2; return 1; }
}

# suite_newest SUITE REGEX: the package whose name matches, of several the one with the highest version in its name.
suite_newest() {
    suite_update "$1"
    suite_tool apt-cache "$1" search -n "$2" | cut -d' ' -f1 | grep -E "$2" | sort -V | tail -n 1
}
