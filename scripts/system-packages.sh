# Sourced by the scripts that install Debian packages: says what is missing, becomes root where that is possible.
# Needs LC_ALL and DEBIAN_FRONTEND as setup.sh sets them.

CANNOT=3  # exit code: something is missing that this user may not or cannot install

say() { printf 'hotich: %s\n' "$*" >&2; }

as_root() {  # empty when root already, the way to become root, or nothing and status 1
    if [ "$(id -u)" = 0 ]; then return 0; fi
    command -v sudo >/dev/null || return 1
    if sudo -n true 2>/dev/null; then echo "sudo -n"; return 0; fi
    if [ -t 0 ] && [ -t 2 ]; then echo sudo; return 0; fi
    return 1
}

say_what_an_administrator_must_run() {  # arguments: packages
    say "Máy còn thiếu: $*"
    say "Người quản trị máy cần chạy lệnh sau, rồi chạy lại lệnh vừa rồi:"
    printf '\n    sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n\n' "$*" >&2
}

install_system_packages() {  # arguments: packages
    local root log
    if ! command -v apt-get >/dev/null; then
        say "Máy này không có apt-get (không phải Debian/Ubuntu)."
        say "Hãy tự cài các phần tương ứng với những gói Debian sau: $*"
        exit $CANNOT
    fi
    if ! root=$(as_root); then
        say "Không có quyền cài phần mềm trên máy này."
        say_what_an_administrator_must_run "$@"
        exit $CANNOT
    fi
    say "Cài gói hệ thống: $*"
    log=$(mktemp)
    local install=(apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@")
    local update=(apt-get update -o DPkg::Lock::Timeout=300)
    if ! { $root dpkg --configure -a && \
           $root env DEBIAN_FRONTEND=noninteractive "${update[@]}" && \
           $root env DEBIAN_FRONTEND=noninteractive "${install[@]}"; } >"$log" 2>&1 </dev/null; then
        tail -n 15 "$log" >&2
        say "apt-get không cài được (nhật ký đầy đủ: $log). Hãy kiểm tra mạng và nguồn gói của máy."
        say_what_an_administrator_must_run "$@"
        exit $CANNOT
    fi
    rm -f "$log"
}
