# Images and containers on this machine
.PHONY: images up down logs ps rollout image-sizes sbom check-rules test-containers soak-containers score-reference

images: ## build both images, tagged VERSION (default: dev)
	@TAG=$(VERSION) docker compose build

# Only TAG in .env says which version runs. A VERSION given here is therefore refused
# instead of ignored.
up: ## start version TAG of .env (default: dev, which is built again) and print the page's address
	@$(if $(GIVEN_VERSION),echo "make up starts what TAG in .env says: write TAG=$(GIVEN_VERSION) there" >&2; exit 1,docker/up)

down: ## stop the containers; Prometheus keeps its data
	@docker compose --profile grafana down

logs: ## follow the containers' logs
	@docker compose logs --follow --tail 50

ps: ## list the containers and their health
	@docker compose ps

rollout: ## replace the running containers with VERSION without losing a request, and write it into .env
	@docker/rollout $(GIVEN_VERSION)

image-sizes: ## print the size of both images, unpacked and compressed
	@docker/image-sizes pneumoscope/frontend:$(VERSION) pneumoscope/modelserver:$(VERSION)

sbom: ## write what both images contain to dist/*.cdx.json
	@mkdir -p dist
	@for program in frontend modelserver; do \
	  docker/sbom pneumoscope/$$program:$(VERSION) $$program >dist/$$program.cdx.json && \
	  printf '%-28s %4d components\n' dist/$$program.cdx.json "$$(grep -c '"bom-ref"' dist/$$program.cdx.json)" || exit 1; done

check-rules: ## check Prometheus' configuration and test its alerts
	@docker run --rm --network none --read-only --tmpfs /tmp:mode=1777 -v $(CURDIR)/docker/prometheus:/etc/prometheus:ro --entrypoint sh "$$(docker compose config --images | grep ^prom/)" \
	  -c 'promtool check config /etc/prometheus/prometheus.yml && promtool test rules /etc/prometheus/tests/*.yml'

test-containers: ## test both images, NGINX and Prometheus in containers; build the images first
	@go test -count=1 -v -timeout 40m -tags integration ./docker/... $(QUIETLY)

soak-containers: ## send films for MINUTES (default: 10) and watch the containers' memory
	@go test -count=1 -v -timeout 2h -tags integration,soak -run TestMemoryStaysFlat ./docker -minutes $${MINUTES:-10} $(QUIETLY)

score-reference: ## write the expected scores of DATA_DIR's validation films for Prometheus; needs `make up`
	@rules=$$(docker/prometheus/score-reference "http://$$(docker compose port nginx 8080)" "$(DATA_DIR)/manifest.csv") && \
	  printf '%s\n' "$$rules" >docker/prometheus/rules/score_reference.yml
