#!/bin/sh
# The whole way on the sample books: the nightly flow reads them into demo/, then a summary and pictures are made.
# Run twice, it goes on from where it was. `DEMO_FRESH=1` starts anew.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
export OMP_THREAD_LIMIT=1 OMP_NUM_THREADS=1
export PREFECT_HOME="$PWD/demo/prefect" PREFECT_LOGGING_LEVEL=WARNING PREFECT_LOGGING_SERVER_LEVEL=ERROR

if [ "${DEMO_FRESH:-}" = 1 ]; then
    rm -rf demo
fi
mkdir -p demo
if [ -z "$(find samples -name ledger.toml 2>/dev/null | head -n 1)" ]; then
    echo "Không thấy sổ mẫu trong samples/; vẽ sổ mẫu vào demo/books (vài phút)…"
    "$python" -m pipeline.cli synth demo/books --entries 2
    books=demo/books
else
    books=samples
fi
echo "Đọc các sổ mẫu trong $books qua lượt chạy ban đêm (Prefect, máy chủ tạm)…"
"$python" -m flows "$books" --workspace demo/workspace
"$python" -m pipeline.cli demo "$books" --workspace demo/workspace --pictures demo/pictures
