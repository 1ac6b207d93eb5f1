# shellcheck shell=bash disable=SC2034,SC2153  # names are shared with the scripts that source this
# Sourced: units of systemd, the web server before the desk, and whether they answer.

put_services() {  # argument: version; its units, its site, its command
    local from=$VERSIONS/$1/scripts/office unit
    for unit in "$from"/units/*; do
        install -m 0644 "$unit" "$UNITS/$(basename "$unit")"
    done
    for unit in hotich-prefect hotich-worker hotich-web hotich-backup; do  # folders that the office chose otherwise
        mkdir -p "$UNITS/$unit.service.d"
        write_file "$UNITS/$unit.service.d/folders.conf" 0644 root:root <<TEXT
# Written by the installer from $ENVIRONMENT; what you change here is lost with the next upgrade.
[Service]
ReadWritePaths=-$BOOKS_FOLDER -$BACKUP_FOLDER
TEXT
    done
    install -d -m 0755 "$SETTINGS/pages"
    install -m 0644 "$from/nginx/closed.html" "$SETTINGS/pages/closed.html"
    put_trust_page "$from"
    if dpkg --compare-versions "$(dpkg-query -W -f '${Version}' nginx)" ge 1.25.1; then
        write_file "$SITE" 0644 root:root <"$from/nginx/hotich.conf"
    else
        sed '/http2 on;/d' "$from/nginx/hotich.conf" | write_file "$SITE" 0644 root:root
    fi
    install -m 0755 "$from/hotich" "$COMMAND"
    ! has_systemd || systemctl daemon-reload
}

put_trust_page() {  # argument: folder of the scripts; how a workstation is told to trust this machine
    local print
    print=$(openssl x509 -in "$TLS/ca.crt" -noout -fingerprint -sha256 | cut -d= -f 2)
    install -m 0644 "$TLS/ca.crt" "$SETTINGS/pages/hotich-ca.crt"
    sed "s/@FINGERPRINT@/$print/; s/@NAME@/$NAME/g" "$1/nginx/trust.html" |
        write_file "$SETTINGS/pages/index.html" 0644 root:root
}

take_port_80() {  # Debian's own welcome page holds the same place; it is only unlinked, and put back at the end
    local link=/etc/nginx/sites-enabled/default
    [ -L "$link" ] && [ "$(readlink -f "$link")" = /etc/nginx/sites-available/default ] || return 0
    rm "$link"
    touch "$SETTINGS/default-site-unlinked"
}

check_site() {
    logged nginx -t || refuse "$CANNOT" "nginx không nhận thiết lập $SITE." "Hãy xem các tệp khác trong /etc/nginx."
}

HOW=restart  # start: what runs goes on running

start_desk() {  # nginx and the desk, and nothing that works by itself
    has_systemd || return 0
    logged systemctl reload-or-restart nginx.service && logged systemctl "$HOW" hotich-web.service && desk_answers
}

start_schedule() {
    logged systemctl enable "${SERVICES[@]}" "${TIMERS[@]}" nginx.service || return
    has_systemd || return 0
    logged systemctl "$HOW" hotich-prefect.service hotich-worker.service && logged systemctl start "${TIMERS[@]}"
}

stop_services() {
    has_systemd || return 0
    local unit there=()
    for unit in "${TIMERS[@]}" hotich-backup.service "${SERVICES[@]}"; do
        [ -f "$UNITS/$unit" ] && there+=("$unit")
    done
    [ ${#there[@]} = 0 ] || logged systemctl stop "${there[@]}"
}

close_doors() { write_file "$CLOSED" 0644 root:root <<<"$1"; }

open_doors() { rm -f "$CLOSED"; }

desk_answers() {  # within two minutes
    local left=60 at=(--unix-socket "$SOCKET" http://localhost/healthz)
    # a version before the socket, come back to after a failed upgrade
    grep -q -- --socket "$UNITS/hotich-web.service" || at=(--noproxy "*" http://127.0.0.1:8000/healthz)
    while [ "$left" -gt 0 ]; do
        [ "$(curl -s --max-time 5 "${at[@]}")" = ok ] && return 0
        sleep 2
        left=$((left - 1))
    done
    return 1
}

site_answers() {  # over TLS, as a workstation that trusts this machine would ask
    [ "$(curl -s --noproxy '*' --max-time 10 --cacert "$TLS/ca.crt" --resolve "$NAME:443:127.0.0.1" "https://$NAME/healthz")" = ok ]
}

schedule_answers() {  # within five minutes: Prefect's server and the worker
    local left=100
    while [ "$left" -gt 0 ]; do
        systemctl -q is-active hotich-worker.service &&
            [ "$(curl -s --noproxy '*' --max-time 5 http://127.0.0.1:4200/api/health)" = true ] && return 0
        sleep 3
        left=$((left - 1))
    done
    return 1
}
