# shellcheck shell=bash disable=SC2034,SC2153  # names are shared with the scripts that source this
# Sourced: is this a machine on which an office can work, and has it the programs that hotich needs?

PROGRAM_MEGABYTES=2500    # one version with its Python packages
DATA_MEGABYTES=2000
LEAST_MEMORY=3500         # megabytes
SYSTEM_PACKAGES=(
    python3 python3-venv tesseract-ocr tesseract-ocr-vie poppler-utils fonts-liberation fonts-freefont-ttf
    nginx openssl curl ca-certificates
)

release_value() {  # read, not sourced: that file sets NAME and other names of these scripts, too
    sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" /etc/os-release 2>/dev/null || true
}

check_system() {
    local system release name
    system=$(release_value ID)
    release=$(release_value VERSION_ID)
    name=$(release_value PRETTY_NAME)
    if [ "$system" != debian ] || [[ ! ${release%%.*} =~ ^[0-9]+$ ]] || [ "${release%%.*}" -lt 12 ]; then
        refuse "$CANNOT" "máy này chạy ${name:-hệ điều hành lạ}; bộ cài chỉ làm trên Debian 12 trở lên." \
            "Máy khác: chạy bằng hộp chứa, xem docs/how-to/install-an-office.md."
    fi
    [ "$(dpkg --print-architecture)" = amd64 ] ||
        refuse "$CANNOT" "bộ xử lý của máy là $(dpkg --print-architecture); bộ cài chỉ làm trên amd64."
    local memory
    memory=$(($(awk '/^MemTotal/ {print $2}' /proc/meminfo) / 1024))
    [ "$memory" -ge "$LEAST_MEMORY" ] || warn "máy có $memory MB bộ nhớ; nên có từ 4 GB để đọc sổ, 8 GB thì tốt hơn."
    has_systemd || warn "máy không chạy systemd: các dịch vụ được đặt sẵn nhưng chưa chạy cho đến khi bật máy bằng systemd."
}

check_ports() {  # who holds the ports of the web server, when it is not nginx
    local port holder
    command -v ss >/dev/null || return 0
    for port in 80 443; do
        holder=$(ss -Hltnp "sport = :$port" 2>/dev/null | grep -o '"[^"]*"' | head -n 1 | tr -d '"') || true
        [ -z "$holder" ] || [ "$holder" = nginx ] ||
            refuse "$REFUSED" "cổng $port đang do chương trình $holder dùng." \
                "Hãy dừng chương trình ấy (hoặc cài hotich trên máy khác), rồi chạy lại."
    done
}

missing_packages() {  # of those named, one a line
    local package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || echo "$package"
    done
}

install_packages() {  # arguments: packages; from the bundle where there is one, else from where the machine gets its own
    local missing sources=()
    mapfile -t missing < <(missing_packages "$@")
    if [ ${#missing[@]} = 0 ]; then
        say "Gói hệ thống: đã đủ."
        return 0
    fi
    say "Cài gói hệ thống: ${missing[*]}"
    if [ -n "${BUNDLE_FOLDER:-}" ]; then
        local list=$BUNDLE_FOLDER/apt.list
        echo "deb [trusted=yes] file:$BUNDLE_FOLDER/debs ./" >"$list"
        sources=(-o "Dir::Etc::sourcelist=$list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$BUNDLE_FOLDER/lists")
        mkdir -p "$BUNDLE_FOLDER/lists/partial"
        chmod -R a+rX "$BUNDLE_FOLDER"
    fi
    { logged dpkg --configure -a &&
        logged apt-get update -q "${sources[@]}" -o DPkg::Lock::Timeout=300 &&
        logged apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "${sources[@]}" "${missing[@]}"; } ||
        refuse "$CANNOT" "apt-get không cài được: ${missing[*]}" \
            "Hãy kiểm tra mạng và nguồn gói của máy, hoặc dùng gói cài ngoại tuyến (--offline), rồi chạy lại."
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} = 0 ] || refuse "$CANNOT" "đã cài mà vẫn không thấy: ${missing[*]}"
}

make_account() {
    getent group "$ACCOUNT" >/dev/null || groupadd --system "$ACCOUNT"
    getent passwd "$ACCOUNT" >/dev/null ||
        useradd --system --gid "$ACCOUNT" --home-dir "$WORKSPACE" --no-create-home --shell /usr/sbin/nologin "$ACCOUNT"
    install -d -m 0755 -o root -g root "$PROGRAM" "$VERSIONS" "$SETTINGS"
    install -d -m 0700 -o "$ACCOUNT" -g "$ACCOUNT" "$WORKSPACE" "$BACKUP_FOLDER" "$BOOKS"
}

say_firewall() {  # what the machine's own firewall needs; nothing is changed here
    say "Tường lửa (bộ cài không tự đổi): máy trong mạng nội bộ phải tới được cổng 443 (và 80 để được dẫn sang 443)."
    if command -v ufw >/dev/null; then
        say "    sudo ufw allow from 192.168.0.0/16 to any port 80,443 proto tcp"
    else
        say "    sudo nft add rule inet filter input ip saddr 192.168.0.0/16 tcp dport '{ 80, 443 }' accept"
    fi
    say "  (thay 192.168.0.0/16 bằng mạng của cơ quan). Đừng mở cổng 4200 và 5432 ra ngoài máy này."
}
