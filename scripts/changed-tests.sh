#!/usr/bin/env bash
# Prints the tests of a room (changed-tests.sh registry/tasks) or, without one, of what differs from the last commit; of
# the last commit itself where nothing does. A changed module is tested by the file of its name, else by the folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ $# -gt 0 ]; then
    printf 'tests/%s\n' "$@"
    exit
fi
changed=$(git diff --name-only --diff-filter=d HEAD; git ls-files --others --exclude-standard)
[ -n "$changed" ] || changed=$(git diff --name-only --diff-filter=d HEAD^ HEAD)
while read -r file; do
    case $file in
        tests/*/test_*.py | tests/test_*.py) echo "$file" && continue ;;
        pipeline/*) place=tests/${file#pipeline/} ;;
        flows/* | benchmarks/* | scripts/*) place=tests/$file ;;
        tests/*) place=$file ;;
        *) continue ;;
    esac
    folder=${place%/*} name=${place##*/}
    if [ -f "$folder/test_$name" ]; then
        echo "$folder/test_$name"
        continue
    fi
    until [ -d "$folder" ]; do folder=${folder%/*}; done
    [ "$folder" = tests ] || echo "$folder"
done <<<"$changed" | sort -u
