# The two commands of the README: `make demo` and `make test`. `make test GROUP=unit` runs one group.
GROUP ?= all

.PHONY: demo test build check install clean needs-node

demo:
	@scripts/prerequisites.sh demo
	@$(MAKE) --no-print-directory build
	@exec node --import tsx scripts/demo.ts

test:
	@scripts/prerequisites.sh $(GROUP)
	@$(MAKE) --no-print-directory build
	@exec node scripts/test.js $(GROUP)

install: needs-node node_modules/.package-lock.json

needs-node:
	@scripts/prerequisites.sh unit

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-fund --no-audit
	@touch $@

build: install
	npm run --silent build

check: install
	npm run --silent check

clean:
	rm -rf dist node_modules/.cache
