#!/usr/bin/env bash
# Makes, or renews, the certificate by which workstations know the desk: signed by a root of this machine's own, which is
# good for its names and for private addresses only. A certificate that somebody else has issued is never touched.
#   certificate.sh [--name NAME]   now
#   certificate.sh --when-due      only when it is about to expire, or its names are no longer those of the machine
# --folder FOLDER makes it elsewhere, for containers.
set -euo pipefail
# shellcheck source=scripts/office/lib/common.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib/common.sh"

ROOT_DAYS=3650
DAYS=397           # what browsers take at most
RENEW_SECONDS=$((30 * 24 * 3600))
ARGUMENTS=("$@")
WHEN_DUE=
NAME=
ELSEWHERE=
while [ $# -gt 0 ]; do
    case $1 in
        --when-due) WHEN_DUE=1 ;;
        --name) NAME=${2:?--name cần một tên}; shift ;;
        --folder) TLS=${2:?--folder cần một thư mục}; ELSEWHERE=1; shift ;;
        *) refuse "$REFUSED" "không hiểu $1." ;;
    esac
    shift
done
[ -n "$ELSEWHERE" ] || need_root

say_expiry() { say "Chứng thư của máy chủ: đến $(date -d "$(openssl x509 -in "$TLS/desk.crt" -noout -enddate | cut -d= -f 2)" +%d/%m/%Y)."; }

names() {  # what a workstation may call this machine
    printf 'DNS:%s\n' "$NAME" localhost
    local host address
    host=$(hostname | tr '[:upper:]' '[:lower:]')
    [[ $host =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ ]] && [ "$host" != localhost ] && printf 'DNS:%s\n' "$host" "$host.local"
    for address in 127.0.0.1 $(hostname -I 2>/dev/null); do
        [[ $address =~ ^(10\.|127\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.) ]] && printf 'IP:%s\n' "$address"
    done
    true
}

make_root() {
    say "Tạo chứng thư gốc của máy này (dùng 10 năm)"
    local permitted
    permitted=$(printf '%s\n' "$ALTERNATIVES" | sed -n 's/^DNS:/permitted;DNS:/p' | sort -u | paste -sd,)
    local private="permitted;IP:10.0.0.0/255.0.0.0,permitted;IP:127.0.0.0/255.0.0.0"
    private+=",permitted;IP:172.16.0.0/255.240.0.0,permitted;IP:192.168.0.0/255.255.0.0"
    (umask 077; openssl ecparam -name prime256v1 -genkey -noout -out "$TLS/ca.key.new")
    openssl req -x509 -new -key "$TLS/ca.key.new" -sha256 -days "$ROOT_DAYS" -out "$TLS/ca.crt.new" \
        -subj "/O=hotich/CN=hotich $NAME $(date +%Y-%m-%d)" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
        -addext "nameConstraints=critical,$permitted,$private" 2>/dev/null
    chmod 0644 "$TLS/ca.crt.new"
    mv "$TLS/ca.key.new" "$TLS/ca.key"
    mv "$TLS/ca.crt.new" "$TLS/ca.crt"
}

make_certificate() {
    local work
    work=$(mktemp -d "$TLS/new.XXXXXX")
    (umask 077; openssl ecparam -name prime256v1 -genkey -noout -out "$work/desk.key")
    openssl req -new -key "$work/desk.key" -subj "/O=hotich/CN=$NAME" -out "$work/desk.csr" 2>/dev/null
    {
        echo "basicConstraints=critical,CA:FALSE"
        echo "keyUsage=critical,digitalSignature"
        echo "extendedKeyUsage=serverAuth"
        echo "subjectAltName=$(printf '%s\n' "$ALTERNATIVES" | sort -u | paste -sd,)"
    } >"$work/extensions"
    openssl x509 -req -in "$work/desk.csr" -CA "$TLS/ca.crt" -CAkey "$TLS/ca.key" -sha256 -days "$DAYS" \
        -set_serial "0x$(openssl rand -hex 16)" -extfile "$work/extensions" -out "$work/desk.crt" 2>/dev/null
    openssl verify -CAfile "$TLS/ca.crt" "$work/desk.crt" >/dev/null || return 1
    chmod 0600 "$work/desk.key"
    chmod 0644 "$work/desk.crt"
    mv "$work/desk.key" "$TLS/desk.key"
    mv "$work/desk.crt" "$TLS/desk.crt"
    rm -rf "$work"
}

is_ours() { openssl verify -no_check_time -CAfile "$TLS/ca.crt" "$TLS/desk.crt" >/dev/null 2>&1; }

is_due() {  # the key is another's (a run was cut off between two files), the day is near, or a name is missing
    openssl x509 -in "$TLS/desk.crt" -noout -checkend "$RENEW_SECONDS" >/dev/null || return 0
    [ "$(openssl x509 -in "$TLS/desk.crt" -noout -pubkey)" = "$(openssl pkey -in "$TLS/desk.key" -pubout 2>/dev/null)" ] || return 0
    local wanted present
    wanted=$(printf '%s\n' "$ALTERNATIVES" | sed 's/^IP:/IP Address:/' | sort -u)
    present=$(openssl x509 -in "$TLS/desk.crt" -noout -ext subjectAltName | tail -n +2 | tr ',' '\n' | sed 's/^ *//' | sort -u)
    [ -n "$(comm -23 <(printf '%s\n' "$wanted") <(printf '%s\n' "$present"))" ]
}

install -d -m 0755 "$TLS"
rm -rf "$TLS"/new.*
[ -n "$NAME" ] || NAME=$(cat "$TLS/name" 2>/dev/null || hostname | tr '[:upper:]' '[:lower:]')
[[ $NAME =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ ]] || refuse "$REFUSED" "$NAME không phải tên máy dùng được (chữ thường, số, chấm, gạch ngang)."
ALTERNATIVES=$(names)
if [ -f "$TLS/desk.crt" ] && [ -f "$TLS/ca.crt" ] && ! is_ours; then
    say "Chứng thư $TLS/desk.crt do nơi khác cấp: giữ nguyên."
    exit 0
fi
if [ -f "$TLS/desk.crt" ] && [ -f "$TLS/desk.key" ] && [ -n "$WHEN_DUE" ] && ! is_due; then
    say_expiry
    exit 0
fi
if [ ! -f "$TLS/ca.crt" ] || [ ! -f "$TLS/ca.key" ] ||
    [ "$(openssl x509 -in "$TLS/ca.crt" -noout -pubkey)" != "$(openssl pkey -in "$TLS/ca.key" -pubout)" ]; then
    make_root
fi
if ! make_certificate; then  # the root does not cover a name that the machine has now
    warn "tên của máy đã đổi ngoài những gì chứng thư gốc cho phép: tạo chứng thư gốc mới, các máy trạm phải cài lại."
    make_root
    make_certificate || refuse "$CANNOT" "không tạo được chứng thư."
fi
write_file "$TLS/name" 0644 "$(id -u):$(id -g)" <<<"$NAME"
say_expiry
[ -n "$ELSEWHERE" ] || ! has_systemd || ! systemctl -q is-active nginx.service || systemctl reload nginx.service
