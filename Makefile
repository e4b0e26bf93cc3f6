# The two commands of the README: `make demo` and `make test`. `make test GROUP=unit` runs one group.
GROUP ?= all

.PHONY: demo test build check install clean

install: node_modules/.package-lock.json

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-fund --no-audit
	@touch $@

build: install
	npm run --silent build

check: install
	npm run --silent check

test: build
	node scripts/test.js $(GROUP)

demo: build
	node_modules/.bin/tsx scripts/demo.ts

clean:
	rm -rf dist node_modules/.cache
