#!/usr/bin/env bash
# Fetches the pen fonts that only the training draws with into a folder (they are not shipped):
#   scripts/training-fonts.sh FOLDER
# or, into another folder, those that only the calibration draws with (benchmarks/fitting/fit_calibration.py --fonts FOLDER):
#   scripts/training-fonts.sh FOLDER calibration
# Each family is one npm or Debian package under the SIL Open Font License or the Apache License 2.0 (the packages say which).
# Full TrueType files where there are any, else the web font's subsets made one. Which families may be drawn with is decided
# in pipeline/training/synthetic_lines/fonts.py.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p "${1:?FOLDER}"
folder=$(cd "$1" && pwd)

# Families that hold the Vietnamese letters: these and no others, the rest is for scoring.
vietnamese="playwrite-vn sriracha itim square-peg oooh-baby mansalva twinkle-star whisper waterfall licorice estonia
alex-brush italianno"

# Families without them; their marks are drawn (pipeline/training/synthetic_lines/tone_marks.py).
latin="aguafina-script amita annie-use-your-telescope architects-daughter arizonia bilbo-swash-caps calligraffitti
caveat caveat-brush cedarville-cursive chilanka clicker-script comic-neue coming-soon condiment cookie courgette
covered-by-your-grace crafty-girls damion dawning-of-a-new-day delicious-handrawn delius delius-swash-caps dr-sugiyama
east-sea-dokdo edu-au-vic-wa-nt-hand edu-nsw-act-cursive edu-nsw-act-foundation edu-nsw-act-hand-pre edu-qld-beginner
edu-sa-beginner edu-sa-hand edu-tas-beginner edu-vic-wa-nt-beginner engagement euphoria-script felipa finger-paint
fondamento gaegu gamja-flower give-you-glory gloria-hallelujah gochi-hand grand-hotel handlee happy-monkey
herr-von-muellerhoff hi-melody homemade-apple indie-flower jim-nightshade julee just-another-hand
just-me-again-down-here kalam kaushan-script kavivanar klee-one kristi la-belle-aurore league-script leckerli-one
liu-jian-mao-cao long-cang loved-by-the-king marck-script meddon meie-script miss-fajardose monsieur-la-doulaise montez
mr-bedfort mr-dafoe mr-de-haviland mrs-saint-delafield nanum-brush-script nanum-pen-script neucha niconne norican
nothing-you-could-do oregano over-the-rainbow parisienne permanent-marker petit-formal-script poor-story princess-sofia
quintessential rancho redressed reenie-beanie rochester rock-salt romanesco rouge-script ruluko ruthie sacramento
satisfy schoolbell seaweed-script shadows-into-light shadows-into-light-two short-stack sofia stalemate
sue-ellen-francisco sunshiney swanky-and-moo-moo tangerine the-girl-next-door vibur waiting-for-the-sunrise yellowtail
yesteryear yuji-boku zen-kurenaido zeyada zhi-mang-xing"

# Families without them that no network learns from, whose letters join or nearly do.
calibration="beth-ellen molle solitreo"

# Debian packages of such hands: a French school hand, which the Vietnamese one comes from, and two writers' own.
debian="fonts-ecolier-court fonts-breip fonts-dkg-handwriting"

unpacked() { # PACKAGE FOLDER
    npm pack --silent --pack-destination "$2" "$1" >/dev/null 2>&1 && tar -xzf "$2"/*.tgz -C "$2"
}

fetched() { # FAMILY FOLDER
    [ -d "$2/$1" ] && return
    local packed
    packed=$(mktemp -d)
    mkdir "$packed/found"
    if unpacked "@expo-google-fonts/$1" "$packed"; then
        find "$packed/package" -name '*[34]00*.ttf' -exec cp {} "$packed/found" \;
    elif unpacked "@fontsource/$1" "$packed"; then
        .venv/bin/python - "$packed/found/$1.ttf" "$packed"/package/files/"$1"-{latin,latin-ext,vietnamese}-400-normal.woff <<'END'
import sys
from pathlib import Path

from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont

target, *subsets = sys.argv[1:]
subsets = [subset for subset in subsets if Path(subset).is_file()]
font = TTFont(subsets[0]) if len(subsets) == 1 else Merger(Options(drop_tables=["GSUB", "GPOS", "GDEF"])).merge(subsets)
font.flavor = None
font.save(target)
END
    else
        echo "not found: $1" >&2
        rm -rf "$packed"
        return
    fi
    find "$packed/package" \( -iname '*ofl*' -o -iname '*licen*' \) -exec cp {} "$packed/found" \;
    mv "$packed/found" "$2/$1"
    rm -rf "$packed"
}
export -f fetched unpacked
case "${2:-}" in
    "") ;;
    calibration) vietnamese="" latin=$calibration debian="" ;;
    *) echo "usage: scripts/training-fonts.sh FOLDER [calibration]" >&2 && exit 2 ;;
esac
printf '%s\n' $vietnamese $latin | xargs -P 3 -I{} bash -c 'fetched "$@"' _ {} "$folder"

for package in $debian; do
    [ -d "$folder/$package" ] && continue
    packed=$(mktemp -d)
    if (cd "$packed" && apt-get download "$package" >/dev/null 2>&1 && dpkg-deb -x ./*.deb .); then
        mkdir "$folder/$package"
        find "$packed" \( -name '*.ttf' -o -name copyright \) -exec cp {} "$folder/$package" \;
    else
        echo "not found: $package" >&2
    fi
    rm -rf "$packed"
done
