# Hai lệnh chính: make demo (xem thử) và make test (kiểm thử). Mỗi lệnh tự cài đặt mọi thứ cần thiết.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
BENCHES := $(subst _,-,$(patsubst bench_%,%,$(basename $(notdir $(wildcard benchmarks/*/bench_*.py)))))

# One process a core: Tesseract's own threads only get in each other's way.
export OMP_THREAD_LIMIT := 1
export OMP_NUM_THREADS := 1
export DO_NOT_TRACK := 1
# Prefect: nothing leaves this machine, nothing is written to the home folder, a slow machine gets time to start.
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS := 300
export PREFECT_HOME := $(CURDIR)/.prefect
export PYTHONUTF8 := 1
# Compiled modules are kept: tests start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: bench-all figures-of-people help setup training test-packages demo desk-pictures test test-room suite check lint types imports schemas format bench chaos figures wheel lock clean

help: ## In danh sách lệnh này
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | \
	    awk -F '\t' '{ printf "  make %-24s %s\n", $$1, $$2 }'
	@for bench in $(BENCHES); do printf '  make %-24s %s\n' "bench-$$bench" "Chỉ phép đo này"; done

setup: ## Cài gói hệ thống còn thiếu, tạo .venv, cài gói Python (lần sau chạy gần như tức thì)
	@scripts/setup.sh

training: setup ## Cài thêm những gói chỉ việc huấn luyện mô hình đọc chữ viết tay cần (torch)
	@scripts/training-packages.sh

demo: setup ## Đọc các sổ mẫu từ đầu đến cuối, in tóm tắt, vẽ ảnh; kết quả nằm trong demo/
	@echo "hotich: Đọc các sổ mẫu (36 trang), vài phút trên máy hai nhân …"
	@$(BIN)/python -m flows samples --workspace demo
	@$(BIN)/hotich demo samples --workspace demo --pictures demo/pictures

desk-pictures: test-packages ## Chụp lại ảnh màn hình rà soát trong docs/images/ từ demo/ (sau make demo)
	@$(BIN)/python -m scripts.desk_pictures

test-packages: setup ## Cài thêm những gói chỉ bài kiểm thử cần (PostgreSQL, Chromium; không chạy dịch vụ nào)
	@scripts/test-packages.sh

test: ## Kiểm tra mã nguồn, khai báo và chạy toàn bộ bài kiểm thử
	@$(MAKE) --no-print-directory -j 3 check suite

# Types take a minute: they are checked beside the tests, everything else before them.
suite: training test-packages lint imports schemas
	@echo "hotich: Chạy mọi bài kiểm thử; máy hai nhân mất chừng nửa giờ. Một phần: make test-room"
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# A module has its tests where it would stand itself: pipeline/registry/tasks/undo.py, tests/registry/tasks/test_undo.py.
test-room: training test-packages ## Chỉ kiểm thử chỗ vừa sửa (so với git), hoặc một phòng: ROOM=registry/tasks
	@tests=$$(scripts/changed-tests.sh $(ROOM)); \
	if [ -z "$$tests" ]; then echo "hotich: Không có mã nguồn nào vừa sửa."; else \
	echo "hotich: Kiểm thử" $$tests; $(BIN)/python -m pytest -q -m "not slow" $$tests; fi

check: lint types imports schemas ## Chỉ kiểm tra: ruff, mypy, luật import, khai báo trong schemas/

lint: setup
	@echo "hotich: Xem cách viết mã (ruff) …"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: training
	@echo "hotich: Xem kiểu (mypy), vài phút ở lần đầu …"
	@$(BIN)/mypy

imports: setup
	@echo "hotich: Xem phòng nào dùng phòng nào (lint-imports) …"
	@$(BIN)/lint-imports --no-logo

schemas: setup
	@echo "hotich: Xem các khai báo trong schemas/ …"
	@$(BIN)/hotich schemas check

format: setup ## Tự sửa cách trình bày mã nguồn
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# What is stale, the oldest first. It may be stopped at any time: the next call goes on. LINES, APART, NAMES and DATA as below.
bench-all: setup test-packages ## Đo lại những số đã cũ, trong HOURS giờ (mặc định 8)
	@scripts/bench-packages.sh
	@$(BIN)/python -m benchmarks.stale_runs --hours $(or $(HOURS),8) \
	    $(foreach name,LINES APART NAMES DATA,$(if $(filter command,$(origin $(name))),--folder '$(name)=$($(name))'))

bench: setup $(addprefix bench-,$(BENCHES)) ## Chạy mọi phép đo tốc độ và độ chính xác; kết quả trong bench-out/

# LINES=THƯ_MỤC (dòng viết tay thật, có lines.tsv; có thể nhiều thư mục) chỉ khi gõ trên dòng lệnh: shell cũng có biến LINES.
bench-hand bench-pens bench-context bench-clerk bench-cost bench-learning: BENCH_ARGS = $(if $(filter command,$(origin LINES)),$(foreach folder,$(LINES),--lines $(folder)))

bench-pens bench-context bench-clerk bench-cost bench-learning: $(if $(filter command,$(origin LINES)),figures-of-people)

figures-of-people: # chữ số nhiều người viết, cho người viết thiếu chữ số nào; lần sau tức thì
	@scripts/training-figures.sh

bench-designer bench-designer-real bench-desk-keys bench-desk-cost bench-desk-load bench-first-month bench-chaos bench-cluster bench-scaling: test-packages

chaos: bench-chaos ## Quấy phá một lượt đọc đêm bằng mọi sự cố rồi so từng dòng với lượt yên ổn

figures: setup ## Ghi bảng số đo (docs/reference/figures.md, README) từ kết quả trong bench-out/
	@$(BIN)/python -m benchmarks.figures_page

# APART=THƯ_MỤC: như LINES, chỉ những dòng mà không mạng nào học. NAMES=THƯ_MỤC: dòng viết tay có tên người nước ngoài.
bench-hand bench-clerk bench-cost: BENCH_ARGS += $(if $(filter command,$(origin APART)),$(foreach folder,$(APART),--apart $(folder)))
bench-clerk bench-cost: BENCH_ARGS += $(if $(filter command,$(origin NAMES)),$(foreach folder,$(NAMES),--names $(folder)))

# DATA=THƯ_MỤC: trang sổ thật (xem benchmarks/imaging/real_pages.py); PARTS="skew gate": chỉ những phần ấy.
bench-imaging: BENCH_ARGS = $(PARTS) $(if $(filter command,$(origin DATA)),--data $(DATA))

bench-designer-real: BENCH_ARGS = $(if $(filter command,$(origin DATA)),--data $(DATA))

bench-%: setup
	@mkdir -p bench-out
	@scripts/bench-packages.sh
	@$(BIN)/python -m $(subst /,.,$(basename $(wildcard benchmarks/*/bench_$(subst -,_,$*).py))) $(BENCH_ARGS)

wheel: setup ## Dựng tệp .whl và bảng kê thành phần phần mềm (CycloneDX) vào dist/; cùng mã nguồn thì cùng từng byte
	@scripts/wheel.sh

lock: setup ## Khóa lại phiên bản các gói (khi pyproject.toml đổi)
	@scripts/lock.sh

clean: ## Xóa mọi thứ đã sinh ra (.venv, kết quả demo, bộ nhớ đệm)
	@rm -rf $(VENV) .venv.lock demo bench-out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	    .import_linter_cache .prefect
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
