# Measure speed and endurance
.PHONY: bench bench-servers bench-decoders bench-model bench-films bench-page bench-page-load soak

# The length of each measurement, and how often everything is measured.
BENCH_SECONDS ?= 2
BENCH_ROUNDS  ?= 5

bench: bench-decoders bench-servers ## the decoders and the servers; ten minutes

bench-servers: build $(VENV) ## our server, MLflow's and TensorFlow alone, side by side (BENCH_SECONDS=2 BENCH_ROUNDS=5); writes bench/results/servers.json and .svg
	@go build -trimpath -o bin/ ./bench ./modelserver/internal/savedmodel/rawloop
	@bin/bench -mlflow $(TRAINING)/.venv/bin/mlflow -seconds $(BENCH_SECONDS) -rounds $(BENCH_ROUNDS) -json bench/results/servers.json
	@$(PYTHON) bench/plot.py bench/results/servers.json bench/results/servers.svg

bench-decoders: tensorflow ## the decoders of films and of JSON
	@go test -run '^$$' -bench . -benchmem ./frontend/internal/xray/... ./modelserver/internal/tensorjson

bench-model: tensorflow ## one film in the model itself, with the server's threads
	@go test -run '^$$' -bench OneFilm -count 5 ./modelserver/internal/source

bench-films: $(VENV) ## the originals of DATA_DIR, decoded and resized by us and by Pillow in turn
	@CGO_ENABLED=0 go build -trimpath -o bin/ ./frontend/internal/xray/pace
	@GOMAXPROCS=1 MLFLOW_ALLOW_FILE_STORE=true MLFLOW_TRACKING_URI=$(MLRUNS) $(PYTHON) -W ignore bench/films/films.py bin/pace "$(DATA_DIR)" "$(MODEL)"

bench-page: build $(VENV) ## from upload to answer: our page, and the same page written with Flask and mlflow models serve; writes bench/results/page.json
	@go build -trimpath -o bin/ ./bench/upload
	@bin/upload -python $(PYTHON) -mlflow $(TRAINING)/.venv/bin/mlflow -json bench/results/page.json

bench-page-load: tensorflow ## the page's weight and when it can be used, in Chromium (PAGE_LOADS=9)
	@PAGE_LOADS=$${PAGE_LOADS:-9} go test -count=1 -v -tags browser -run TestThePageIsSmallAndSoonUsable ./internal/e2e $(QUIETLY)

# How long the soak test lasts, and how often it replaces the model.
SOAK_FOR     ?= 30m
SOAK_RELOADS ?= 1m

soak: build ## half an hour at 80 % of peak load, replacing the model every minute (SOAK_FOR=30m SOAK_RELOADS=1m)
	@go build -trimpath -o bin/ ./bench/soak
	@bin/soak -for $(SOAK_FOR) -reloads $(SOAK_RELOADS)
